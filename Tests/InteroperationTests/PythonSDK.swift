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
        /// The event that came, where one was waited for.
        var event: JSONValue?
        /// Whether the stream's end was reported after it had been closed.
        var sawEnd: Bool
        var line: String
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static let component = "com.example.Python"

    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    private static let folder = root + "/Tests/Interoperation"

    static func requests() throws -> [JSONValue] {
        try JSONValue(jsonBytes: Files.read(folder + "/requests.json")).arrayValue ?? []
    }

    /// A nucleus with what the requests ask for.
    static func nucleus(_ dialect: Dialect, _ configuration: JSONValue) -> NucleusSimulator.Configuration {
        var setup = NucleusSimulator.Configuration(dialect: dialect)
        setup.components = [
            SimulatedComponent(name: component, configuration: configuration),
            SimulatedComponent(name: "com.example.Other"),
        ]
        setup.secrets = [SimulatedSecret(name: "secret", .string("hidden"))]
        setup.clientDevices = [SimulatedClientDevice(thing: "device", certificate: "certificate")]
        return setup
    }

    /// Calls every operation of `requests.json` in the order of that file.
    static func run(
        _ client: Client,
        on dialect: Dialect,
        configuration: JSONValue
    ) async throws -> (outcomes: [Outcome], findings: [Finding]) {
        let interpreter = root + "/.venv/interoperation/bin/python"
        guard Files.exists(interpreter) else {
            throw Failure(description: "there is no Python SDK in \(interpreter): run dev/setup --tests")
        }
        let configured = nucleus(dialect, configuration)
        return try await EventLoop.with { loop in
            try await NucleusSimulator.serving(configured, on: loop) { nucleus in
                try await run(client, interpreter, nucleus, loop)
            }
        }
    }

    private static func run(
        _ client: Client,
        _ interpreter: String,
        _ nucleus: NucleusSimulator,
        _ loop: EventLoop
    ) async throws -> (outcomes: [Outcome], findings: [Finding]) {
        var environment = try await nucleus.environment(forComponent: component)
        environment["PATH"] = "/usr/bin:/bin"
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
        return (try lines.map(outcome), await nucleus.findings)
    }

    private static func outcome(_ line: String) throws -> Outcome {
        guard let value = try? JSONValue(jsonText: line), let operation = value["operation"]?.stringValue,
            let type = value["outcome"]?.stringValue
        else { throw Failure(description: "Python wrote: \(line)") }
        return Outcome(
            operation: operation,
            type: type,
            event: value["event"],
            sawEnd: value["closed"]?.boolValue ?? false,
            line: line
        )
    }
}
