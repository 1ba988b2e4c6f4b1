// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// The agent's status as it is now, and word of its changes for one task that writes it down.
final class StatusBoard: Sendable {
    /// One element stands for any number of changes since the last was taken.
    let changes: AsyncStream<Void>
    private let announcement: AsyncStream<Void>.Continuation
    private let status: Lock<AgentStatus>

    init(_ status: AgentStatus = AgentStatus()) {
        self.status = Lock(status)
        (changes, announcement) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    var current: AgentStatus { status.withLock { $0 } }

    func update(_ body: (inout AgentStatus) -> Void) {
        status.withLock { body(&$0) }
        announcement.yield()
    }

    /// Has it written down again, though nothing changed.
    func touch() {
        announcement.yield()
    }
}

// MARK: - What the supervisor tells

extension StatusBoard {
    func refused(_ reason: String) {
        update { status in
            status.counters.notifications += 1
            status.counters.refused[reason, default: 0] += 1
        }
    }

    func repeated() {
        update { status in
            status.counters.notifications += 1
            status.counters.duplicates += 1
        }
    }

    func accepted(_ id: TunnelID, services: [String], now: Int64) {
        update { status in
            status.counters.notifications += 1
            status.counters.accepted += 1
            status.tunnels.append(
                AgentStatus.Tunnel(id: id.description, services: services, state: "starting", since: now)
            )
        }
    }

    /// A tunnel is in this state; nothing happens when it was so before.
    ///
    /// - Parameter trouble: what keeps it from connecting.
    func changed(_ id: TunnelID, to state: TunnelMachine.State, trouble: String?, now: Int64) {
        if status.withLock({ $0.move(id.description, to: state, trouble, now) }) { announcement.yield() }
    }
}

extension AgentStatus {
    /// Answers whether anything has changed.
    fileprivate mutating func move(
        _ id: String,
        to state: TunnelMachine.State,
        _ trouble: String?,
        _ now: Int64
    ) -> Bool {
        guard let index = tunnels.lastIndex(where: { $0.id == id }) else { return false }
        let known = tunnels[index]
        var tunnel = known
        tunnel.state = state.word
        tunnel.reason = state.isConnected ? nil : trouble
        if case .ended(let reason) = state { tunnel.reason = reason.word }
        guard tunnel != known else { return false }
        if tunnel.state != known.state {
            tunnel.since = now
            counters.count(tunnel)
        }
        guard case .ended = state else {
            tunnels[index] = tunnel
            return true
        }
        tunnels.remove(at: index)
        ended.append(tunnel)
        if ended.count > Self.rememberedEnds { ended.removeFirst() }
        return true
    }
}

extension Counters {
    fileprivate mutating func count(_ tunnel: AgentStatus.Tunnel) {
        switch tunnel.state {
        case "connected": connected += 1
        case "reconnecting": lost += 1
        case "ended": ended[tunnel.reason ?? "unknown", default: 0] += 1
        default: break
        }
    }
}

extension TunnelMachine.State {
    var isConnected: Bool { self == .connected }

    /// The word of the status.
    var word: String {
        switch self {
        case .starting: "starting"
        case .connecting: "connecting"
        case .connected: "connected"
        case .reconnecting: "reconnecting"
        case .ended: "ended"
        }
    }
}
