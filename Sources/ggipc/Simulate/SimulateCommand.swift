// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPCTesting

/// `ggipc simulate`.
enum SimulateCommand {
    /// Serves until a signal comes or the command ends; answers the exit status.
    static func run(_ arguments: [String]) -> Int32 {
        do {
            let options = try SimulateOptions(arguments, environment: CurrentProcess.environment)
            return try EventLoop.run { loop in try await serve(options, on: loop) }
        } catch let failure as SimulateOptions.Failure {
            CurrentProcess.write("ggipc: \(failure.message)\n", to: 2)
            return 2
        } catch {
            CurrentProcess.write("ggipc: \(error)\n", to: 2)
            return 1
        }
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
            text += "export \(name)=\(quoted(value))\n"
        }
        for environment in environments.dropFirst() {
            text += "# \(environment.component): SVCUID=\(quoted(environment.values["SVCUID"] ?? ""))\n"
        }
        return text
    }

    private static func quoted(_ value: String) -> String {
        let isPlain = value.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: "_"), UInt8(ascii: "+"):
                true
            default: false
            }
        }
        if isPlain, !value.isEmpty { return value }
        return "'" + value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    private static func untilSignal(on loop: EventLoop) async throws {
        let signals = try Signals(loop)
        await signals.first()
    }
}

/// The first of the signals that end this program, for one who waits for it.
private final class Signals: @unchecked Sendable {
    // Safety: made and used on the loop's thread only, where the program's only task runs too.
    private var source: SignalSource?
    private var hasCome = false
    private var waiting: CheckedContinuation<Void, Never>?

    init(_ loop: EventLoop) throws {
        source = try SignalSource([SignalSource.terminate, SignalSource.interrupt], loop: loop) { [weak self] _ in
            self?.come()
        }
    }

    private func come() {
        hasCome = true
        waiting?.resume()
        waiting = nil
    }

    func first() async {
        await withCheckedContinuation { continuation in
            if hasCome { continuation.resume() } else { waiting = continuation }
        }
        source?.close()
        source = nil
    }
}
