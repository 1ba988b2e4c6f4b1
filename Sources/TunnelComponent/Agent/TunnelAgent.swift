// SPDX-License-Identifier: Apache-2.0

internal import EventReactor
internal import GreengrassIPC

/// The component: hears notifications and hands them to the supervisor, for as long as the nucleus knows it.
struct TunnelAgent: Sendable {
    /// Why the agent ends.
    enum Outcome: Sendable {
        /// It was told to by this signal.
        case stopped(signal: Int32)
        /// The nucleus refused the token: only a relaunch helps.
        case refused(GreengrassIPCError)
    }

    /// Times that tests change.
    struct Timing: Sendable {
        /// The waits before a refused subscription is tried again.
        var retry = Backoff(initial: .milliseconds(500), maximum: .seconds(30))
        /// When the subscription is renewed for the first times.
        var firstRenewals: [Duration] = SubscriptionOptions.Renewal.soon.after
    }

    let client: GreengrassIPCClient
    let supervisor: TunnelSupervisor
    var board = StatusBoard()
    /// Where the status file is when the configuration says nothing; nil for nowhere.
    var statusPath: String?
    let reporter: Reporter
    let loop: EventLoop
    let thingName: String
    /// In place of what the nucleus has.
    let fixedConfiguration: AgentConfiguration?
    /// Whether the component's configuration sets what is logged.
    var followsLogLevel = true
    let startedAt: Instant
    var timing = Timing()
    var relaunch = RelaunchPolicy()

    /// The topic on which the service tells a device of its tunnels.
    var topic: String { "$aws/things/\(thingName)/tunnels/notify" }

    /// Runs until a signal comes or the nucleus refuses the agent; all tunnels have ended then.
    func run(signals: SignalStream) async -> Outcome {
        let configurations = ConfigurationSource(
            client: client,
            reporter: reporter,
            fixed: fixedConfiguration,
            followsLogLevel: followsLogLevel,
            loop: loop
        )
        let publisher = StatusPublisher(
            board: board,
            client: client,
            reporter: reporter,
            defaultPath: statusPath,
            loop: loop
        )
        board.touch()
        let outcome = await withTaskGroup(of: Outcome?.self) { group in
            group.addTask { await signals.next().map { .stopped(signal: $0) } }
            group.addTask { await stayConnected() }
            group.addTask {
                await listen(configurations)
                return nil
            }
            group.addTask {
                await configurations.follow()
                return nil
            }
            group.addTask {
                await publisher.run(configurations)
                return nil
            }
            group.addTask {
                await heed(configurations)
                return nil
            }
            var first: Outcome?
            for await outcome in group {
                guard let outcome else { continue }
                first = outcome
                break
            }
            // No word to the nucleus may be lost on the way, but nothing new may begin either.
            group.cancelAll()
            return first
        }
        let result = outcome ?? .stopped(signal: SignalSource.terminate)
        reporter.report(stoppingLine(result))
        await supervisor.stop()
        await publisher.finish()
        return result
    }

    private func stoppingLine(_ outcome: Outcome) -> LogLine {
        switch outcome {
        case .stopped(let signal):
            LogLine(.info, .stopping, reason: "signal", text: "signal \(signal); \(board.current.counters.summary)")
        case .refused(let error): LogLine(.error, .stopping, reason: "access-denied", text: error.message)
        }
    }

    // MARK: - The connection

    private func stayConnected() async -> Outcome? {
        do throws(GreengrassIPCError) {
            try await client.run()
            return nil
        } catch {
            reporter.report(LogLine(.error, .disconnected, reason: error.code.description, text: error.message))
            board.update { $0.nucleus = .refused }
            // Tunnels live on meanwhile.
            let end = relaunch.exitTime(startedAt: startedAt, now: .now())
            if end - .now() > .seconds(60) {
                reporter.report(
                    LogLine(
                        .error,
                        .disconnected,
                        reason: "relaunch-later",
                        text:
                            "a relaunch was asked for less than an hour ago, and the nucleus gives a component up after"
                            + " three; restart the component, or wait \((end - .now()).components.seconds) s"
                    )
                )
            }
            try? await loop.sleep(until: end)
            guard !Task.isCancelled else { return nil }
            relaunch.willAsk()
            return .refused(error)
        }
    }

    // MARK: - Notifications

    private func listen(_ configurations: ConfigurationSource) async {
        var failures = 0
        var generator = SystemRandom()
        while !Task.isCancelled {
            do {
                try await subscribe(configurations) { failures = 0 }
            } catch {
                // A client that was refused makes no second attempt; `stayConnected` tells why.
                guard !Task.isCancelled, (error as? GreengrassIPCError)?.code != .accessDenied else { return }
                failures += 1
                let wait = timing.retry.wait(afterFailures: failures, using: &generator)
                reporter.report(Self.line(for: error, wait))
                try? await loop.sleep(for: wait)
            }
        }
    }

    private func subscribe(
        _ configurations: ConfigurationSource,
        established: () -> Void
    ) async throws {
        await configurations.refresh()
        var options = SubscriptionOptions()
        options.renewal = SubscriptionOptions.Renewal(
            after: timing.firstRenewals,
            every: await configurations.current.resubscribeInterval
        )
        try await client.subscribeToIoTCore(topicName: topic, qos: .atLeastOnce, options: options) { messages in
            established()
            board.update { $0.nucleus = .subscribed }
            defer { board.update { if $0.nucleus == .subscribed { $0.nucleus = .connecting } } }
            reporter.report(LogLine(.info, .subscribed, text: topic))
            for try await item in messages.withGaps {
                switch item {
                case .event(.message(let message)):
                    // Read again each time: a change counts from the next tunnel on.
                    await configurations.refresh()
                    guard !Task.isCancelled else { return }
                    let configuration = await configurations.current
                    await supervisor.handle(message.payload ?? [], configuration: configuration)
                case .event(.unknown):
                    reporter.report(LogLine(.debug, .refused, reason: "unknown-event"))
                case .gap:
                    reporter.report(
                        LogLine(
                            .info,
                            .subscribed,
                            reason: "again",
                            text: "\(topic); notifications of the meantime are lost, rotate the token of a tunnel"
                                + " that was opened then"
                        )
                    )
                }
            }
        }
    }

    // MARK: - Changes of the configuration

    private func heed(_ configurations: ConfigurationSource) async {
        await withTaskGroup(of: Void.self) { group in
            var isDeferring = false
            for await configuration in await configurations.changes() {
                board.touch()
                guard !isDeferring, configuration.updateDeferral > .zero else { continue }
                isDeferring = true
                group.addTask { await deferUpdates(configurations) }
            }
        }
    }

    /// Puts component updates off while a tunnel is open; an update would end the agent and its tunnels.
    private func deferUpdates(_ configurations: ConfigurationSource) async {
        let deferral = Lock(UpdateDeferral())
        while !Task.isCancelled {
            do {
                try await client.answerComponentUpdates { update in
                    let limit = await configurations.current.updateDeferral
                    let tunnels = await supervisor.count
                    let wait = deferral.withLock {
                        $0.wait(for: update.deploymentId, tunnels: tunnels, limit: limit, now: .now())
                    }
                    reporter.report(Self.updateLine(wait, tunnels: tunnels))
                    guard let wait else { return .acknowledge }
                    return .defer(wait, reason: "\(tunnels) secure tunnels are open")
                }
            } catch {
                let error = error as? GreengrassIPCError
                guard !Task.isCancelled, error?.code != .accessDenied, error?.code != .cancelled else { return }
                let text = "component updates are not put off: \(error?.message ?? "unknown error")"
                reporter.report(LogLine(.warning, .configuration, reason: "no-deferral", text: text))
                // Nucleus lite has no such operation, and will not get it.
                if error?.code == .serviceError { return }
                try? await loop.sleep(for: .seconds(60))
            }
        }
    }

    private static func updateLine(_ wait: Duration?, tunnels: Int) -> LogLine {
        guard let wait else {
            return LogLine(
                .info,
                .configuration,
                reason: "update",
                text: "a component update goes on, \(tunnels) tunnels open"
            )
        }
        return LogLine(
            .info,
            .configuration,
            reason: "update-deferred",
            text: "a component update waits for \(tunnels) tunnels; the nucleus asks again in \(wait)"
        )
    }

    private static func line(for error: any Error, _ wait: Duration) -> LogLine {
        let error = error as? GreengrassIPCError
        let remedy =
            error?.code == .unauthorized
            ? "; the component's accessControl must allow aws.greengrass#SubscribeToIoTCore on the topic" : ""
        return LogLine(
            .warning,
            .disconnected,
            reason: error?.code.description ?? "error",
            text: "not subscribed, trying again in \(wait): \(error?.message ?? "unknown error")\(remedy)"
        )
    }
}
