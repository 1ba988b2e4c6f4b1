// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// The agent's tunnels: decides on notifications, launches what is allowed, ends all when told.
final actor TunnelSupervisor {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let surroundings: Surroundings
    private let reporter: Reporter
    private let board: StatusBoard
    private var registry = TunnelRegistry()
    private var tunnels: [[UInt8]: RunningTunnel] = [:]
    private var isStopping = false
    private var whenEmpty: [UnsafeContinuation<Void, Never>] = []

    /// - Parameter board: is told of everything that counts.
    init(surroundings: Surroundings, reporter: Reporter, board: StatusBoard = StatusBoard(), loop: EventLoop) {
        self.board = board
        self.surroundings = surroundings
        self.reporter = reporter
        self.loop = loop
    }

    /// Acts on one notification.
    ///
    /// - Parameter payload: what came on the topic; nothing is believed about it.
    func handle(_ payload: [UInt8], configuration: AgentConfiguration) {
        guard !isStopping else { return }
        do throws(Refusal) {
            let plan = try TunnelPlan(TunnelNotification(payload: payload), configuration: configuration)
            try admit(plan, configuration)
        } catch {
            board.refused(error.reason.rawValue)
            reporter.report(LogLine(.warning, .refused, reason: error.reason.rawValue, text: error.text))
        }
    }

    /// Ends all tunnels and waits until the last proxy is gone: at most 4 s.
    func stop(_ reason: EndReason = .stopped) async {
        isStopping = true
        for tunnel in Array(tunnels.values) { tunnel.stop(reason) }
        await withUnsafeContinuation { continuation in
            // Looked at here and not before: the await itself may give way, and the last tunnel end meanwhile.
            if tunnels.isEmpty { continuation.resume() } else { whenEmpty.append(continuation) }
        }
    }

    var count: Int { tunnels.count }

    private func admit(_ plan: TunnelPlan, _ configuration: AgentConfiguration) throws(Refusal) {
        let digest = plan.accessToken.digest
        let id = TunnelID(digest: digest)
        let admission = registry.admit(
            digest,
            services: plan.services,
            limit: configuration.maxConcurrentTunnels,
            perMinute: configuration.maxTunnelsPerMinute,
            now: .now()
        )
        switch admission {
        case .duplicate:
            board.repeated()
            reporter.report(
                LogLine(.info, .duplicate, tunnel: id, services: plan.services, text: "seen before; nothing to do")
            )
        case .refused(let refusal):
            board.refused(refusal.reason.rawValue)
            reporter.report(
                LogLine(
                    .warning,
                    .refused,
                    tunnel: id,
                    services: plan.services,
                    reason: refusal.reason.rawValue,
                    text: refusal.text
                )
            )
        case .accepted(let replaced):
            board.accepted(id, services: plan.services, now: WallClock.milliseconds())
            reporter.report(LogLine(.info, .notification, tunnel: id, services: plan.services))
            launch(plan, digest, configuration)
            for digest in replaced { tunnels[digest]?.stop(.replaced) }
        }
    }

    private func launch(_ plan: TunnelPlan, _ digest: [UInt8], _ configuration: AgentConfiguration) {
        let tunnel = RunningTunnel(
            plan,
            digest: digest,
            configuration: configuration,
            surroundings: surroundings,
            loop: loop,
            reporter: reporter
        ) { [weak self] tunnel in
            self?.assumeIsolated { $0.changed(tunnel) }
        }
        tunnels[digest] = tunnel
        tunnel.start()
    }

    private func changed(_ tunnel: RunningTunnel) {
        guard tunnels[tunnel.digest] != nil else { return }
        registry.update(tunnel.digest, state: tunnel.state)
        board.changed(
            tunnel.id,
            to: tunnel.state,
            trouble: tunnel.trouble?.word,
            now: WallClock.milliseconds()
        )
        guard case .ended = tunnel.state else { return }
        registry.remove(tunnel.digest)
        tunnels[tunnel.digest] = nil
        guard tunnels.isEmpty else { return }
        for continuation in whenEmpty { continuation.resume() }
        whenEmpty = []
    }
}
