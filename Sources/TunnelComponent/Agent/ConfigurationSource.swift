// SPDX-License-Identifier: Apache-2.0

internal import EventReactor
internal import GreengrassIPC

/// The configuration that is in force: the component's own, or the one that a file gave.
final actor ConfigurationSource {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let client: GreengrassIPCClient
    private let reporter: Reporter
    private let fixed: AgentConfiguration?
    private let followsLogLevel: Bool
    private var lastGood: AgentConfiguration?
    private var lastDocument: JSONValue?
    private var lastFailure: GreengrassIPCError.Code?
    private var watchers: [AsyncStream<AgentConfiguration>.Continuation] = []

    /// - Parameters:
    ///   - fixed: what a file gave; the component's own configuration is not read then.
    ///   - followsLogLevel: whether `logLevel` sets the reporter's level; not when the command line has set it.
    init(
        client: GreengrassIPCClient,
        reporter: Reporter,
        fixed: AgentConfiguration?,
        followsLogLevel: Bool,
        loop: EventLoop
    ) {
        self.loop = loop
        self.client = client
        self.reporter = reporter
        self.fixed = fixed
        self.followsLogLevel = followsLogLevel
    }

    /// Until a good configuration has been read no service is offered: the defaults may be what a configuration
    /// that could not be read takes away.
    var current: AgentConfiguration {
        if let good = fixed ?? lastGood { return good }
        var closed = AgentConfiguration()
        closed.services = ServiceMap([:])
        return closed
    }

    /// The configuration in force, now if there is one and after each change.
    func changes() -> AsyncStream<AgentConfiguration> {
        let (stream, watcher) = AsyncStream<AgentConfiguration>.makeStream(bufferingPolicy: .bufferingNewest(1))
        watchers.append(watcher)
        if let good = fixed ?? lastGood { watcher.yield(good) }
        return stream
    }

    /// Reads the component's configuration again; a bad one keeps the last good one and says why.
    func refresh() async {
        guard fixed == nil else { return }
        do throws(GreengrassIPCError) {
            let document = try await client.getConfiguration().value ?? .object([:])
            lastFailure = nil
            guard document != lastDocument else { return }
            lastDocument = document
            take(document)
        } catch {
            if error.code == .resourceNotFound {
                // A component without any configuration.
                if lastGood == nil { take(.object([:])) }
                return
            }
            // The agent is about to end, which is told elsewhere.
            if error.code == .cancelled || error.code == .accessDenied { return }
            guard error.code != lastFailure else { return }
            lastFailure = error.code
            report(.warning, error.code.description, "the configuration could not be read: \(error.message)")
        }
    }

    /// Reads the configuration whenever the nucleus says that it changed; until the task is cancelled.
    ///
    /// It is read before each tunnel as well: both nuclei can lose such an event.
    func follow() async {
        guard fixed == nil else { return }
        var failures = 0
        var generator = SystemRandom()
        while !Task.isCancelled {
            do {
                // Without a path every key is watched; lite refuses a path that does not exist.
                try await client.subscribe(operation: "SubscribeToConfigurationUpdate") { events in
                    failures = 0
                    await refresh()
                    for try await _ in events.withGaps {
                        // A deployment changes several keys, each with events of its own: read once, behind the last.
                        try await loop.sleep(for: Self.settling)
                        await refresh()
                    }
                }
            } catch {
                guard !Task.isCancelled, (error as? GreengrassIPCError)?.code != .accessDenied else { return }
                failures += 1
                report(.debug, "not-followed", "changes count from the next tunnel on: \(error)")
                try? await loop.sleep(for: Self.retry.wait(afterFailures: failures, using: &generator))
            }
        }
    }

    private static let settling = Duration.milliseconds(200)
    private static let retry = Backoff(initial: .seconds(5), maximum: .seconds(600))

    private func take(_ document: JSONValue) {
        do throws(ConfigurationError) {
            let configuration = try AgentConfiguration(document)
            let isFirst = lastGood == nil
            lastGood = configuration
            for watcher in watchers { watcher.yield(configuration) }
            reporter.format = configuration.logFormat
            if followsLogLevel { reporter.minimum = configuration.logLevel }
            report(.info, isFirst ? "read" : "changed", configuration.summary)
        } catch {
            let consequence = lastGood == nil ? "no service is offered until it is mended" : "the last good one stays"
            report(.error, "invalid", "\(error); \(consequence)")
        }
    }

    private func report(_ level: LogLevel, _ reason: String, _ text: String) {
        reporter.report(LogLine(level, .configuration, reason: reason, text: text))
    }
}

extension AgentConfiguration {
    /// What matters of it in one line; there is nothing secret in it.
    var summary: String {
        let services = services.endpoints.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        func listed(_ values: [String], _ none: String) -> String {
            values.isEmpty ? none : values.joined(separator: ",")
        }
        return [
            "services \(listed(services, "none"))",
            "allowNonLoopback \(listed(network.rules.map(\.description), "none"))",
            "localproxyPath \(localproxyPath.isEmpty ? "searched" : localproxyPath)",
            "localproxySHA256 \(localproxySHA256.isEmpty ? "any" : localproxySHA256)",
            "destinationClientType \(destinationClientType)",
            "endpoint \(endpoint.isEmpty ? "the region's" : endpoint)",
            "caPath \(caPath.isEmpty ? "the system's" : caPath)", "allowedRegions \(listed(allowedRegions, "any"))",
            "maxConcurrentTunnels \(maxConcurrentTunnels)", "maxTunnelsPerMinute \(maxTunnelsPerMinute)",
            "tunnelTimeoutSeconds \(tunnelTimeout.components.seconds)",
            "connectTimeoutSeconds \(connectTimeout.components.seconds)",
            "idleTimeoutSeconds \(idleTimeout?.components.seconds ?? 0)", "useWebProxy \(usesWebProxy)",
            "deferUpdatesSeconds \(updateDeferral.components.seconds)",
            "resubscribeSeconds \(resubscribeInterval?.components.seconds ?? 0)", "logLevel \(logLevel)",
            "logFormat \(logFormat)", "statusFile \(statusFile.isEmpty ? "in the working directory" : statusFile)",
            "statusTopic \(statusTopic.isEmpty ? "none" : "\(statusTopic) (\(statusDestination.rawValue))")",
        ].joined(separator: "; ")
    }
}
