// SPDX-License-Identifier: Apache-2.0

internal import EventReactor
internal import GreengrassIPC

/// Writes the status down whenever it changes, at most once a second: into the file and, if one is set, to the topic.
/// While nothing changes it does nothing.
final actor StatusPublisher {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let board: StatusBoard
    private let client: GreengrassIPCClient
    private let reporter: Reporter
    private let defaultPath: String?
    private var writtenPath: String?
    private var lastFailures: [String: String] = [:]

    static let interval = Duration.seconds(1)
    /// Lite takes messages of 10 000 bytes, and base64 adds a third.
    static let tunnelsInMessage = 20
    static let defaultName = ".iot-tunnel-agent-status.json"

    /// - Parameter defaultPath: where the file is when the configuration says nothing; nil for nowhere.
    init(
        board: StatusBoard,
        client: GreengrassIPCClient,
        reporter: Reporter,
        defaultPath: String?,
        loop: EventLoop
    ) {
        self.board = board
        self.client = client
        self.reporter = reporter
        self.defaultPath = defaultPath
        self.loop = loop
    }

    /// Until the task is cancelled.
    func run(_ configurations: ConfigurationSource) async {
        for await _ in board.changes {
            var status = board.current
            status.updated = WallClock.milliseconds()
            let configuration = await configurations.current
            write(status, configuration)
            await publish(status, configuration)
            try? await loop.sleep(for: Self.interval)
        }
    }

    /// An agent that ends in order leaves no file; one that is left tells of a sudden end.
    func finish() {
        if let writtenPath { Files.remove(writtenPath) }
        writtenPath = nil
    }

    private func write(_ status: AgentStatus, _ configuration: AgentConfiguration) {
        let path = configuration.statusFile.isEmpty ? defaultPath : configuration.statusFile
        if path != writtenPath { finish() }
        guard let path, path != AgentConfiguration.noStatusFile else { return }
        do {
            try Files.replace(path, with: try status.document().jsonBytes())
            writtenPath = path
            lastFailures["status-file"] = nil
        } catch {
            failed("status-file", "\(error)", "the status file cannot be written: \(error); set statusFile")
        }
    }

    private func publish(_ status: AgentStatus, _ configuration: AgentConfiguration) async {
        guard !configuration.statusTopic.isEmpty else { return }
        let topic = configuration.statusTopic.replacingEach("{thingName}", with: status.thingName)
        let document = status.document(tunnelLimit: Self.tunnelsInMessage)
        do throws(GreengrassIPCError) {
            switch configuration.statusDestination {
            case .local: try await client.publishToTopic(topic: topic, json: document)
            case .iotCore: try await client.publishToIoTCore(topicName: topic, qos: .atMostOnce, json: document)
            }
            lastFailures["status-topic"] = nil
        } catch {
            guard error.code != .cancelled, error.code != .accessDenied else { return }
            let operation = configuration.statusDestination.operation
            let remedy =
                error.code == .unauthorized ? "; the component's accessControl must allow \(operation) on it" : ""
            failed("status-topic", error.code.description, "\(topic): \(error.message)\(remedy)")
        }
    }

    /// One line for any number of the same failure.
    private func failed(_ reason: String, _ key: String, _ text: String) {
        guard lastFailures[reason] != key else { return }
        lastFailures[reason] = key
        reporter.report(LogLine(.warning, .configuration, reason: reason, text: text))
    }
}

/// Where the status topic is.
enum StatusDestination: String, Hashable, Sendable, CaseIterable {
    /// The nucleus's own publish/subscribe.
    case local
    /// The account's message broker.
    case iotCore = "iotcore"

    /// What accessControl must allow.
    var operation: String {
        switch self {
        case .local: "aws.greengrass#PublishToTopic"
        case .iotCore: "aws.greengrass#PublishToIoTCore"
        }
    }
}
