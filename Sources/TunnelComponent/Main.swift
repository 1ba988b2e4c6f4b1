// SPDX-License-Identifier: Apache-2.0

internal import EventReactor
internal import GreengrassIPC

/// The component's executable: one thread, which runs the event loop.
@main
enum Main {
    static func main() {
        let startedAt = Instant.now()
        // First of all: a signal reaches the loop only when every thread blocks it.
        SignalSource.block(SignalStream.stopping + [SignalSource.child])
        SignalSource.ignoreBrokenPipes()
        // Tokens shall not end in a file, neither this process's nor a proxy's.
        CurrentProcess.disableCoreDumps()
        CurrentProcess.exit(run(Array(CommandLine.arguments.dropFirst()), startedAt: startedAt))
    }

    private static func run(_ arguments: [String], startedAt: Instant) -> Int32 {
        do {
            let options = try Options(arguments)
            switch options.verb {
            case .help:
                CurrentProcess.write(Options.help, to: 1)
                return ExitCode.success
            case .version:
                CurrentProcess.write("iot-tunnel-agent \(Version.text)\n", to: 1)
                return ExitCode.success
            case .status:
                let (text, code) = StatusCommand(path: options.statusPath ?? StatusPublisher.defaultName).run()
                CurrentProcess.write(text, to: 1)
                return code
            case .plan, .run, .check: break
            }
            let configuration = try options.configurationPath.map(readConfiguration)
            var surroundings = Surroundings.ofThisProcess()
            if options.verb == .plan {
                let payload = try Files.read(options.notificationPath ?? "-", limit: 1024 * 1024)
                let command = PlanCommand(options: options, surroundings: surroundings)
                let (text, code) = command.run(payload: payload, configuration: configuration ?? AgentConfiguration())
                CurrentProcess.write(text, to: 1)
                return code
            }
            if options.verb == .check {
                let command = CheckCommand(options: options, configuration: configuration, surroundings: surroundings)
                return try EventLoop.run { loop in await command.run(on: loop) }
            }
            try surroundings.makeProxyDirectory()
            defer { Files.remove(surroundings.proxyDirectory) }
            let command = RunCommand(options: options, configuration: configuration, startedAt: startedAt)
            return try EventLoop.run { [surroundings] loop in
                try await command.run(on: loop, surroundings: surroundings)
            }
        } catch let error as Options.UsageError {
            CurrentProcess.write("iot-tunnel-agent: \(error)\n\(Options.help)", to: 2)
            return ExitCode.usage
        } catch {
            CurrentProcess.write("iot-tunnel-agent: \(error)\n", to: 2)
            return ExitCode.configuration
        }
    }

    /// A configuration file that cannot be used.
    private struct FileError: Error, CustomStringConvertible {
        let description: String
    }

    private static func readConfiguration(_ path: String) throws -> AgentConfiguration {
        let bytes = try Files.read(path)
        do {
            return try AgentConfiguration(try JSONValue(jsonBytes: bytes))
        } catch {
            throw FileError(description: "\(path): \(error)")
        }
    }
}

/// The version of this build.
enum Version {
    static let text = "0.1.0"
}
