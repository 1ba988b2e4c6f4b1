// SPDX-License-Identifier: Apache-2.0

internal import EventReactor
internal import GreengrassIPC

/// `run`: the component's life, from its environment to its exit code.
struct RunCommand: Sendable {
    let options: Options
    let configuration: AgentConfiguration?
    let startedAt: Instant

    /// A start that cannot succeed, however often it is tried.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs on the given loop until a signal or the nucleus ends it.
    func run(on loop: EventLoop, surroundings: Surroundings) async throws(Failure) -> Int32 {
        let output = LogOutput(loop: loop)
        let reporter = Reporter(
            minimum: options.logLevel ?? configuration?.logLevel ?? .info,
            format: configuration?.logFormat ?? .text,
            sink: output.write
        )
        defer { output.finish() }
        let thingName = try thingName(surroundings.environment)
        let client: GreengrassIPCClient
        let signals: SignalStream
        do {
            var connection = try GreengrassIPCConfiguration.fromEnvironment()
            connection.log = { Self.report($0, to: reporter) }
            client = try GreengrassIPCClient(connection, on: loop)
            signals = try SignalStream(loop: loop)
        } catch {
            throw Failure(description: (error as? GreengrassIPCError)?.message ?? "\(error)")
        }
        let board = StatusBoard(Self.firstStatus(thingName))
        var agent = TunnelAgent(
            client: client,
            supervisor: TunnelSupervisor(surroundings: surroundings, reporter: reporter, board: board, loop: loop),
            board: board,
            statusPath: StatusPublisher.defaultName,
            reporter: reporter,
            loop: loop,
            thingName: thingName,
            fixedConfiguration: configuration,
            followsLogLevel: options.logLevel == nil,
            startedAt: startedAt
        )
        agent.relaunch.stampPath = Self.relaunchStamp
        let outcome = await agent.run(signals: signals)
        signals.close()
        switch outcome {
        case .stopped: return ExitCode.success
        case .refused: return ExitCode.refused
        }
    }

    private static func firstStatus(_ thingName: String) -> AgentStatus {
        var status = AgentStatus()
        status.thingName = thingName
        status.process = CurrentProcess.identifier
        status.processStart = ProcessStart.read(status.process) ?? ""
        status.started = WallClock.milliseconds()
        return status
    }

    /// Beside the proxies' directory, which must stay empty.
    static let relaunchStamp = ".iot-tunnel-agent-relaunch"

    private func thingName(_ environment: [String: String]) throws(Failure) -> String {
        guard let name = options.thingName ?? environment["AWS_IOT_THING_NAME"], !name.isEmpty else {
            throw Failure(
                description: "the environment variable AWS_IOT_THING_NAME is missing: the nucleus sets it for the"
                    + " components that it starts; outside a nucleus use --thing-name"
            )
        }
        // It becomes part of a topic filter: no separators, no wildcards.
        let isLegal =
            name.utf8.count <= 128
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        guard isLegal else {
            throw Failure(description: "the thing name must be 1 to 128 letters, digits, ':', '_' and '-'")
        }
        return name
    }

    private static func report(_ event: GreengrassIPC.LogEvent, to reporter: Reporter) {
        let details = event.metadata.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        let text = details.isEmpty ? event.message : "\(event.message): \(details)"
        let line: LogLine =
            switch event.kind {
            case .connected: LogLine(.info, .connected, text: text)
            case .disconnected: LogLine(.warning, .disconnected, reason: "connection-lost", text: text)
            case .connectFailed: LogLine(.info, .disconnected, reason: "not-connected", text: text)
            case .gap: LogLine(.debug, .subscribed, reason: "gap", text: text)
            case .subscriptionFailed: LogLine(.warning, .disconnected, reason: "subscription-failed", text: text)
            case .eventDropped: LogLine(.warning, .refused, reason: "unreadable-event", text: text)
            case .slowConsumer: LogLine(.warning, .disconnected, reason: "slow-consumer", text: text)
            case .handlerFailed: LogLine(.warning, .configuration, reason: "handler-failed", text: text)
            case .answerFailed: LogLine(.warning, .disconnected, reason: "answer-failed", text: text)
            }
        reporter.report(line)
    }
}
