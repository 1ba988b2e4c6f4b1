// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting

/// The official Python SDK as a component of a simulated nucleus.
enum PythonSDK {
    /// Which of the SDK's two clients calls.
    enum Client: String, CaseIterable, Sendable {
        case v1, v2
    }

    /// What the SDK made of the answer to a call.
    struct Outcome: Sendable {
        var operation: String
        /// The class of the response, or of the exception.
        var type: String
        /// The events that came, where some were waited for.
        var events: [JSONValue]
        var response: JSONValue?
        /// Whether the stream's end was reported after it had been closed.
        var sawEnd: Bool
        var line: String
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// What came of a program, and what the nucleus has to say of it.
    struct Run: Sendable {
        var outcomes: [Outcome]
        var findings: [Finding]
        var deployments: [DeploymentReport]
        var metrics: [RecordedMetric]
    }

    static let component = "com.example.Python"
    /// All that call.
    static let components = [component, "aws.greengrass.StreamManager", "greengrass-cli#user-0"]

    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    private static let folder = root + "/Tests/Interoperation"

    static func steps() throws -> [Step] {
        try (JSONValue(jsonBytes: Files.read(folder + "/requests.json")).arrayValue ?? []).map { try Step($0) }
    }

    /// A nucleus with what the requests ask for.
    static func nucleus(_ dialect: Dialect, _ configuration: JSONValue) -> NucleusSimulator.Configuration {
        var setup = NucleusSimulator.Configuration(dialect: dialect)
        let others = components.dropFirst() + ["com.example.Other"]
        setup.components = [SimulatedComponent(name: component, configuration: configuration)]
        setup.components += others.map { SimulatedComponent(name: $0) }
        setup.secrets = [SimulatedSecret(name: "secret", .string("hidden"))]
        setup.clientDevices = [SimulatedClientDevice(thing: "device", certificate: "certificate")]
        return setup
    }

    /// Lets a deployment arrive from the cloud as soon as the component has subscribed to component updates.
    static func deploying<Value: Sendable>(
        on nucleus: NucleusSimulator,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup { group in
            group.addTask { () -> Value? in try await body() }
            group.addTask {
                try await nucleus.waitForComponentUpdateSubscription(of: component, timeout: .seconds(600))
                _ = await nucleus.startDeployment(SimulatedDeployment(component: component, merge: ["deployed": true]))
                return nil
            }
            defer { group.cancelAll() }
            while let value = try await group.next() {
                if let value { return value }
            }
            throw CancellationError()
        }
    }

    /// Calls all that `requests.json` has, in the order of that file; once for whoever asks first.
    static func run(_ client: Client, on dialect: Dialect, isAllowed: Bool = true) async throws -> Run {
        try await SharedRuns.shared.run(.init(client: client, dialect: dialect, isAllowed: isAllowed)) {
            let configuration: JSONValue = isAllowed ? ["port": 80] : ["port": 80, "accessControl": [:]]
            let interpreter = root + "/.venv/interoperation/bin/python"
            guard Files.exists(interpreter) else {
                throw Failure(description: "there is no Python SDK in \(interpreter): run dev/setup --tests")
            }
            let setup = nucleus(dialect, configuration)
            return try await EventLoop.with { loop in
                try await NucleusSimulator.serving(setup, on: loop) { nucleus in
                    try await deploying(on: nucleus) { try await run(client, interpreter, nucleus, loop) }
                }
            }
        }
    }

    private static func run(
        _ client: Client,
        _ interpreter: String,
        _ nucleus: NucleusSimulator,
        _ loop: EventLoop
    ) async throws -> Run {
        var environment = try await nucleus.environment(forComponent: component)
        var tokens: [String: JSONValue] = [:]
        for name in components {
            tokens[name] = .string(try await nucleus.environment(forComponent: name)["SVCUID"] ?? "")
        }
        environment["PATH"] = "/usr/bin:/bin"
        environment["COMPONENT"] = component
        environment["TOKENS"] = try JSONValue.object(tokens).jsonText()
        let process = try await AgentProcess.launch(
            interpreter,
            arguments: [folder + "/operations.py", client.rawValue, folder + "/requests.json"],
            environment: environment,
            workingDirectory: "/",
            loop: loop
        )
        let status = await process.waitForExit()
        let lines = await process.records.map(\.line)
        guard status == .exited(0) else {
            throw Failure(description: "Python ended with \(status):\n\(lines.joined(separator: "\n"))")
        }
        return Run(
            outcomes: try lines.map(outcome),
            findings: await nucleus.findings,
            deployments: await nucleus.deployments,
            metrics: await nucleus.metrics
        )
    }

    private static func outcome(_ line: String) throws -> Outcome {
        guard let value = try? JSONValue(jsonText: line), let operation = value["operation"]?.stringValue,
            let type = value["outcome"]?.stringValue
        else { throw Failure(description: "Python wrote: \(line)") }
        return Outcome(
            operation: operation,
            type: type,
            events: value["events"]?.arrayValue ?? [],
            response: value["response"],
            sawEnd: value["closed"]?.boolValue ?? false,
            line: line
        )
    }
}
