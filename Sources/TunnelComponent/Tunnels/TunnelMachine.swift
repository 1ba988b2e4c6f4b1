// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// The life of one tunnel, from the first launch of its proxy to the end of the last.
///
/// Facts come in (`spawned`, `received`, `exited`, …), actions go out; it does nothing itself and reads no clock.
/// At most one deadline is set at any time.
struct TunnelMachine: Sendable {
    /// Where a tunnel stands.
    enum State: Hashable, Sendable {
        /// The first proxy is being launched.
        case starting
        /// The proxy tries to reach the service.
        case connecting
        /// The tunnel can be used.
        case connected
        /// The connection or the proxy was lost and is being made again.
        case reconnecting
        /// Over.
        case ended(EndReason)
    }

    /// The machine's times and limits.
    struct Settings: Hashable, Sendable {
        /// From the launch of a proxy to its connection.
        var connectTimeout = Duration.seconds(60)
        /// From the first launch to the end.
        var lifetime = Duration.seconds(43_200)
        /// From the last use of a connected tunnel to its end; nil for never.
        var idleTimeout: Duration?
        /// Launches after crashes in a row; the pause before them doubles from one second.
        var maximumRestarts = 5
        /// A connection this long starts that count anew.
        var stableAfter = Duration.seconds(60)
        /// From SIGTERM to SIGKILL.
        var killDelay = Duration.seconds(3)
        /// From a proxy's exit to its end in the books, should something hold its output open.
        var drainDelay = Duration.milliseconds(500)
    }

    /// Where the tunnel stands.
    private(set) var state = State.starting
    /// The process that runs, if one does.
    private(set) var processID: Int32?

    private let settings: Settings
    private var phase = Phase.idle
    private var journal: TunnelJournal
    private var lifetimeEnd = Instant(nanoseconds: 0)
    private var isOutputOpen = false
    private var restarts = 0
    private var connectedSince: Instant?
    /// The connections to local services, as the proxy tells of them.
    private var openStreams = 0
    /// Since when a connected tunnel has had none.
    private var idleSince: Instant?
    private var announcedDeadline: Instant?
    private var actions: [TunnelAction] = []

    /// What is being waited for.
    private enum Phase: Hashable, Sendable {
        case idle
        /// An answer to `.spawn`; with a reason, the process is to be ended at once.
        case launching(stop: EndReason?)
        /// The process' output, and until it is connected the deadline.
        case running(connectBy: Instant?)
        case backingOff(until: Instant)
        /// The exit after SIGTERM; without a time, after SIGKILL.
        case stopping(EndReason, killAt: Instant?)
        /// The end of the output of a process that is gone.
        case draining(ExitStatus, EndReason?, until: Instant)
        case ended
    }

    /// - Parameter mappings: the tunnel's services, by which streams get their names.
    init(mappings: [ServiceMapping], settings: Settings = Settings()) {
        self.settings = settings
        journal = TunnelJournal(mappings: mappings)
    }

    /// What keeps the proxy from connecting at the moment.
    var trouble: EndReason? { journal.trouble }

    /// Whether the launch that is under way will be of no use: it shall be given up, with `spawnFailed`.
    var isLaunchUnwanted: Bool {
        if case .launching(.some) = phase { true } else { false }
    }

    // MARK: Inputs

    /// The tunnel begins; its lifetime counts from here.
    mutating func start(now: Instant) -> [TunnelAction] {
        guard phase == .idle else { return [] }
        lifetimeEnd = now + settings.lifetime
        launch()
        return flush()
    }

    /// The proxy runs.
    mutating func spawned(processID: Int32, now: Instant) -> [TunnelAction] {
        guard case .launching(let stop) = phase else { return [] }
        self.processID = processID
        isOutputOpen = true
        phase = .running(connectBy: now + settings.connectTimeout)
        if let stop { terminate(stop, now: now) }
        return flush()
    }

    /// The proxy could not be launched.
    mutating func spawnFailed(_ failure: SpawnFailure, now: Instant) -> [TunnelAction] {
        guard case .launching(let stop) = phase else { return [] }
        switch (stop, failure) {
        case (let reason?, _): end(reason)
        case (nil, .notFound(let text)): end(.notFound(text))
        case (nil, .notExecutable(let text)): end(.notExecutable(text))
        case (nil, .untrusted(let text)): end(.untrusted(text))
        case (nil, .destination(let text)): end(.destination(text))
        case (nil, .temporary(let text)): launchAgain(orEnd: .failed(text), why: text, now: now)
        }
        return flush()
    }

    /// The proxy printed a line.
    mutating func received(_ line: LocalproxyLine, now: Instant) -> [TunnelAction] {
        switch phase {
        case .running: follow(line, now: now)
        // What was still in the pipe tells how it ended; states no longer change.
        case .draining: journal.note(line)
        default: break
        }
        return flush()
    }

    /// The proxy is gone. Its output may still hold lines.
    mutating func exited(_ exit: ExitStatus, now: Instant) -> [TunnelAction] {
        let reason: EndReason?
        switch phase {
        case .running: reason = nil
        case .stopping(let stop, _): reason = stop
        default: return []
        }
        processID = nil
        phase = .draining(exit, reason, until: now + settings.drainDelay)
        if !isOutputOpen { conclude(exit, reason, now: now) }
        return flush()
    }

    /// The proxy's output ended.
    mutating func outputClosed(now: Instant) -> [TunnelAction] {
        isOutputOpen = false
        if case .draining(let exit, let reason, _) = phase { conclude(exit, reason, now: now) }
        return flush()
    }

    /// The time of the last `setDeadline` has come; called early, nothing happens.
    mutating func deadlinePassed(now: Instant) -> [TunnelAction] {
        guard let deadline, now >= deadline else { return [] }
        let isLifetimeOver = now >= lifetimeEnd
        switch phase {
        case .launching: phase = .launching(stop: .lifetime)
        case .running(let connectBy):
            let reason: EndReason = connectBy == nil ? .idle : journal.trouble ?? .timeout
            terminate(isLifetimeOver ? .lifetime : reason, now: now)
        case .backingOff: if isLifetimeOver { end(.lifetime) } else { launch() }
        case .stopping(let reason, _):
            actions.append(.signal(.kill))
            phase = .stopping(reason, killAt: nil)
        case .draining(let exit, let reason, _): conclude(exit, reason, now: now)
        case .idle, .ended: break
        }
        return flush()
    }

    /// The tunnel shall end, for a reason of the agent's.
    mutating func stop(_ reason: EndReason, now: Instant) -> [TunnelAction] {
        switch phase {
        case .idle, .backingOff: end(reason)
        case .launching(nil): phase = .launching(stop: reason)
        case .running: terminate(reason, now: now)
        case .draining(let exit, nil, let until): phase = .draining(exit, journal.verdict ?? reason, until: until)
        case .launching, .stopping, .draining, .ended: break
        }
        return flush()
    }
}

// MARK: - Steps

extension TunnelMachine {
    private mutating func launch() {
        phase = .launching(stop: nil)
        idleSince = nil
        journal.beginProcess()
        actions.append(.report(TunnelReport(event: .starting)))
        actions.append(.spawn)
    }

    private mutating func follow(_ line: LocalproxyLine, now: Instant) {
        let report = journal.note(line, isReconnecting: state == .connected || state == .reconnecting)
        switch line {
        case .connecting where state == .starting:
            state = .connecting
        case .connected:
            state = .connected
            connectedSince = now
            phase = .running(connectBy: nil)
            openStreams = 0
            idleSince = now
        case .streamOpened:
            openStreams += 1
            idleSince = nil
        case .streamClosed:
            openStreams = max(0, openStreams - 1)
            if openStreams == 0, state == .connected { idleSince = now }
        case .localServiceUnreachable:
            // Somebody tried.
            if openStreams == 0, state == .connected { idleSince = now }
        case .dropped, .networkError, .tlsError, .webProxyError:
            if state == .connected { state = .reconnecting }
            idleSince = nil
            forgetCrashesIfStable(now: now)
        default: break
        }
        if let report { actions.append(.report(report)) }
    }

    private mutating func terminate(_ reason: EndReason, now: Instant) {
        phase = .stopping(reason, killAt: now + settings.killDelay)
        actions.append(.signal(.terminate))
    }

    /// The process is gone and its output read: what it said counts first, then how it ended.
    private mutating func conclude(_ exit: ExitStatus, _ reason: EndReason?, now: Instant) {
        isOutputOpen = false
        if let reason = reason ?? journal.verdict {
            end(reason)
        } else {
            forgetCrashesIfStable(now: now)
            let cause: EndReason =
                switch exit {
                case .signaled: .crashed(exit)
                case .exited: journal.trouble ?? .crashed(exit)
                }
            launchAgain(orEnd: cause, why: "localproxy ended by \(exit)", now: now)
        }
    }

    private mutating func launchAgain(orEnd reason: EndReason, why: String, now: Instant) {
        guard restarts < settings.maximumRestarts else {
            end(reason)
            return
        }
        let pause = Duration.seconds(1 << min(restarts, 16))
        restarts += 1
        state = .reconnecting
        phase = .backingOff(until: now + pause)
        let text =
            "\(why); launching it again in \(pause.components.seconds) s (\(restarts) of \(settings.maximumRestarts))"
        actions.append(
            .report(TunnelReport(level: .warning, event: .reconnecting, reason: reason.word, text: text))
        )
    }

    private mutating func forgetCrashesIfStable(now: Instant) {
        if let since = connectedSince, now - since >= settings.stableAfter { restarts = 0 }
        connectedSince = nil
    }

    private mutating func end(_ reason: EndReason) {
        phase = .ended
        state = .ended(reason)
        let level: LogLevel = reason.isOrdinary ? .info : .warning
        actions.append(
            .report(TunnelReport(level: level, event: .ended, reason: reason.word, text: reason.text))
        )
    }

    /// The earliest time at which something must happen by itself.
    private var deadline: Instant? {
        switch phase {
        case .idle, .ended: nil
        case .launching(let stop): stop == nil ? lifetimeEnd : nil
        case .running(let connectBy?): min(connectBy, lifetimeEnd)
        case .running(nil):
            if let idleSince, let timeout = settings.idleTimeout {
                min(idleSince + timeout, lifetimeEnd)
            } else {
                lifetimeEnd
            }
        case .backingOff(let until): min(until, lifetimeEnd)
        case .stopping(_, let killAt): killAt
        case .draining(_, _, let until): until
        }
    }

    /// The actions of this input: a changed deadline first, `spawn` or `done` last.
    ///
    /// A launch may be answered before `perform` returns; what that sets must not be undone by what is left here.
    private mutating func flush() -> [TunnelAction] {
        var result = actions
        actions.removeAll()
        if deadline != announcedDeadline {
            announcedDeadline = deadline
            result.insert(.setDeadline(deadline), at: 0)
        }
        if case .ended(let reason) = state, !result.isEmpty { result.append(.done(reason)) }
        return result
    }
}
