// SPDX-License-Identifier: Apache-2.0

/// What the agent does and has done: the content of the status file and of the status topic. There is no secret in it.
struct AgentStatus: Hashable, Sendable {
    /// How the agent stands with the nucleus.
    enum Nucleus: String, Hashable, Sendable {
        case connecting
        case subscribed
        case refused
    }

    /// A tunnel that is open, or one of the last that ended.
    struct Tunnel: Hashable, Sendable {
        let id: String
        let services: [String]
        /// `starting`, `connecting`, `connected`, `reconnecting` or `ended`.
        var state: String
        /// Why it ended, or what keeps it from connecting.
        var reason: String?
        /// Since when it is so: milliseconds of the time of day.
        var since: Int64
    }

    var thingName = ""
    var process: Int32 = 0
    /// When the process was started, in the kernel's ticks: a number is given to another process sooner or later.
    var processStart = ""
    /// Milliseconds of the time of day.
    var started: Int64 = 0
    /// When this was written: milliseconds of the time of day.
    var updated: Int64 = 0
    var nucleus = Nucleus.connecting
    /// In the order in which they began.
    var tunnels: [Tunnel] = []
    /// The last ones that ended, the latest last.
    var ended: [Tunnel] = []
    var counters = Counters()

    static let rememberedEnds = 10
}

/// What the agent has done since its start, in numbers.
struct Counters: Hashable, Sendable {
    /// All notifications, whatever became of them.
    var notifications = 0
    /// Those that became tunnels.
    var accepted = 0
    /// Those that came again.
    var duplicates = 0
    /// Those that were refused, by reason.
    var refused: [String: Int] = [:]
    /// How often a tunnel was connected, for the first time or again.
    var connected = 0
    /// How often a tunnel lost its connection or its proxy.
    var lost = 0
    /// Tunnels that are over, by reason.
    var ended: [String: Int] = [:]

    /// In one line, as it stands in the log.
    var summary: String {
        func listed(_ counts: [String: Int]) -> String {
            let parts = counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            return parts.isEmpty ? "none" : parts.joined(separator: ", ")
        }
        return "notifications \(notifications), accepted \(accepted), duplicates \(duplicates), connected \(connected),"
            + " lost \(lost); refused: \(listed(refused)); ended: \(listed(ended))"
    }
}
