// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import GreengrassIPCTesting

/// Our own client with the requests that the Python SDK sends.
struct OwnClient {
    private let clients: [String: GreengrassIPCClient]
    /// What requests can refer to: responses by operation, the last event, the own token.
    private var known: [String: JSONValue]
    private var outcomes: [String: String] = [:]

    /// What came first of each operation: the name of its response, or of the error.
    static func outcomes(on dialect: Dialect, configuration: JSONValue) async throws -> [String: String] {
        let steps = try PythonSDK.steps()
        return try await NucleusSimulator.serving(PythonSDK.nucleus(dialect, configuration)) { nucleus in
            let token = try await nucleus.environment(forComponent: PythonSDK.component)["SVCUID"] ?? ""
            return try await PythonSDK.deploying(on: nucleus) {
                try await clients(of: PythonSDK.components[...], of: nucleus, [:]) { clients in
                    var own = OwnClient(clients: clients, known: ["token": .string(token)])
                    for step in steps { try await own.report(step) }
                    return own.outcomes
                }
            }
        }
    }

    private static func clients(
        of components: ArraySlice<String>,
        of nucleus: NucleusSimulator,
        _ others: [String: GreengrassIPCClient],
        _ body: ([String: GreengrassIPCClient]) async throws -> [String: String]
    ) async throws -> [String: String] {
        guard let component = components.first else { return try await body(others) }
        let settings = try await nucleus.clientConfiguration(forComponent: component)
        return try await withGreengrassIPC(settings) { client in
            let clients = others.merging([component: client]) { $1 }
            return try await self.clients(of: components.dropFirst(), of: nucleus, clients, body)
        }
    }

    private init(clients: [String: GreengrassIPCClient], known: [String: JSONValue]) {
        self.clients = clients
        self.known = known
    }

    private mutating func report(_ step: Step) async throws {
        let outcome: String
        do {
            if step.operation.hasPrefix("SubscribeTo") {
                try await follow(step)
            } else {
                try await call(step)
            }
            outcome = step.operation + "Response"
        } catch let error as GreengrassIPCError {
            outcome = error.code.serviceErrorName ?? error.code.description
        }
        if outcomes[step.operation] == nil { outcomes[step.operation] = outcome }
    }

    private func client(_ step: Step) throws -> GreengrassIPCClient {
        guard let client = clients[step.component] else {
            throw PythonSDK.Failure(description: "requests.json: there is no component \(step.component)")
        }
        return client
    }

    private mutating func call(_ step: Step) async throws {
        known[step.operation] = try await client(step).call(operation: step.operation, request: resolved(step.request))
    }

    private mutating func follow(_ step: Step) async throws {
        known["event"] = nil
        var answer = step.answer
        var failure: GreengrassIPCError?
        let request = resolved(step.request)
        do {
            try await client(step).subscribe(operation: step.operation, request: request) { events in
                for trigger in step.trigger { try await call(trigger) }
                var awaited = step.events[...]
                guard !awaited.isEmpty else { return }
                for try await event in events {
                    guard let variant = awaited.popFirst(), event[variant] != nil else {
                        throw PythonSDK.Failure(description: "another event: \(event)")
                    }
                    known["event"] = event
                    for step in answer { try await report(step) }
                    answer = []
                    if awaited.isEmpty { return }
                }
            }
        } catch let error as GreengrassIPCError {
            failure = error
        }
        // Where there is no event, the answer is refused.
        for step in answer { try await report(step) }
        if let failure { throw failure }
    }

    private func resolved(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members): return .object(members.mapValues(resolved))
        case .string(let text) where text.hasPrefix("@"):
            let path = text.dropFirst().split(separator: ".").map(String.init)
            return path.dropFirst().reduce(known[path[0]]) { $0?[$1] } ?? "unknown"
        default: return value
        }
    }
}
