// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// What a tunnel's machine wants done, in this order.
enum TunnelAction: Hashable, Sendable {
    /// Launch the proxy with the tunnel's tokens, the same each time; answer with `spawned` or `spawnFailed`, at once
    /// if you like. Always the last of its actions.
    case spawn
    /// Send the proxy, and what it may have started, a signal.
    case signal(TunnelSignal)
    /// Call `deadlinePassed` at this time in place of the time set before; nil for never.
    case setDeadline(Instant?)
    /// Write this to the log.
    case report(TunnelReport)
    /// The tunnel is over and its proxy gone: forget it. Nothing follows.
    case done(EndReason)
}

/// The two ways to end a process.
enum TunnelSignal: Hashable, Sendable {
    /// SIGTERM.
    case terminate
    /// SIGKILL.
    case kill
}

/// Something about a tunnel that belongs in the log.
struct TunnelReport: Hashable, Sendable {
    var level = LogLevel.info
    var event: LogEvent
    /// The service it concerns; nil when it concerns the tunnel as a whole.
    var service: String?
    var reason: String?
    var text: String?
}

extension LogLine {
    /// A tunnel's report with what the machine does not know.
    init(_ report: TunnelReport, tunnel: TunnelID, services: [String]) {
        self.init(
            report.level,
            report.event,
            tunnel: tunnel,
            services: report.service.map { [$0] } ?? services,
            reason: report.reason,
            text: report.text
        )
    }
}
