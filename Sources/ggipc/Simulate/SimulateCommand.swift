// SPDX-License-Identifier: Apache-2.0

import CommandArguments
import EventReactor
import GreengrassIPCTesting

/// `ggipc simulate`.
enum SimulateCommand {
    /// Serves until a signal comes or the command ends; answers the exit status.
    static func run(_ arguments: ParsedArguments) throws -> Int32 {
        let options = try SimulateOptions(arguments)
        return try EventLoop.run { loop in try await serve(options, on: loop) }
    }

    private static func serve(_ options: SimulateOptions, on loop: EventLoop) async throws -> Int32 {
        var configuration = options.configuration
        configuration.onFinding = { CurrentProcess.write("finding: \($0)\n", to: 2) }
        let simulator = try await NucleusSimulator.start(configuration, on: loop)
        let outcome: Result<Int32, any Error>
        do {
            let environments = try await environments(of: simulator)
            if options.command.isEmpty {
                CurrentProcess.write(exports(environments), to: 1)
                try await untilSignal(on: loop)
                outcome = .success(0)
            } else {
                outcome = .success(try await run(options.command, environments[0].values, on: loop))
            }
        } catch {
            outcome = .failure(error)
        }
        let hasFindings = await !simulator.findings.isEmpty
        await simulator.stop()
        let status = try outcome.get()
        return options.isStrict && hasFindings ? 1 : status
    }

    private struct Environment {
        var component: String
        var values: [String: String]
    }

    private static func environments(of simulator: NucleusSimulator) async throws -> [Environment] {
        var environments: [Environment] = []
        for component in simulator.configuration.components {
            let values = try await simulator.environment(forComponent: component.name)
            environments.append(Environment(component: component.name, values: values))
        }
        return environments
    }

    /// The first component's environment as shell commands; of the others the token, as comments.
    private static func exports(_ environments: [Environment]) -> String {
        var text = "# \(environments[0].component)\n"
        for (name, value) in environments[0].values.sorted(by: { $0.key < $1.key }) {
            text += "export \(name)=\(ComponentEnvironment.quoted(value))\n"
        }
        for environment in environments.dropFirst() {
            text +=
                "# \(environment.component): SVCUID=\(ComponentEnvironment.quoted(environment.values["SVCUID"] ?? ""))\n"
        }
        return text
    }

    private static func untilSignal(on loop: EventLoop) async throws {
        let signals = try StopSignals(loop)
        await signals.first()
        signals.close()
    }

    private static func run(_ command: [String], _ values: [String: String], on loop: EventLoop) async throws -> Int32 {
        let child = try RunningCommand(ChildConfiguration(command: command, environment: values), loop)
        let signals = try StopSignals(loop)
        signals.action = { child.send(signal: $0) }
        defer { signals.close() }
        return await child.end().shellStatus
    }
}
