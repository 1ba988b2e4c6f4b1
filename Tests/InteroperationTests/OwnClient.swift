// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import GreengrassIPCTesting

/// Our own client with the requests that the Python SDK sends.
enum OwnClient {
    /// What came of each operation: the name of its response, or of the error.
    static func outcomes(on dialect: Dialect, configuration: JSONValue) async throws -> [String: String] {
        try await NucleusSimulator.serving(PythonSDK.nucleus(dialect, configuration)) { nucleus in
            let settings = try await nucleus.clientConfiguration(forComponent: PythonSDK.component)
            return try await withGreengrassIPC(settings) { try await call($0) }
        }
    }

    private static func call(_ client: GreengrassIPCClient) async throws -> [String: String] {
        var outcomes: [String: String] = [:]
        for entry in try PythonSDK.requests() {
            let operation = entry[0]?.stringValue ?? ""
            do {
                if operation.hasPrefix("SubscribeTo") {
                    try await subscribe(client, operation, entry)
                } else {
                    _ = try await client.call(operation: operation, request: entry[1] ?? [:])
                }
                outcomes[operation] = operation + "Response"
            } catch let error as GreengrassIPCError {
                outcomes[operation] = error.code.serviceErrorName ?? error.code.description
            }
        }
        return outcomes
    }

    private static func subscribe(_ client: GreengrassIPCClient, _ operation: String, _ entry: JSONValue) async throws {
        try await client.subscribe(operation: operation, request: entry[1] ?? [:]) { events in
            if let trigger = entry[3], let name = trigger[0]?.stringValue {
                _ = try await client.call(operation: name, request: trigger[1] ?? [:])
            }
            guard let variant = entry[2]?.stringValue else { return }
            for try await event in events {
                guard event[variant] != nil else { throw PythonSDK.Failure(description: "another event: \(event)") }
                break
            }
        }
    }
}
