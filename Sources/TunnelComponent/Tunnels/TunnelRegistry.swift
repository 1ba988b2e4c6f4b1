// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// Which notifications were seen and which tunnels there are.
///
/// Notifications come at least once, so repeats are told by the hash of their token; a replaced token looks like a
/// new tunnel.
struct TunnelRegistry: Sendable {
    /// What to do with a notification.
    enum Admission: Hashable, Sendable {
        /// Launch it, and then end these: their connection was lost and this is their successor.
        case accepted(replacing: [Digest])
        /// It was accepted before.
        case duplicate
        /// There are as many tunnels as may be.
        case refused(Refusal)
    }

    /// The SHA-256 of an access token.
    typealias Digest = [UInt8]

    private struct Tunnel: Sendable {
        let services: Set<String>
        var isReconnecting = false
        var isEnding = false
    }

    private let memory: Duration
    private let capacity: Int
    private var tunnels: [Digest: Tunnel] = [:]
    private var seen: [Digest: Instant] = [:]
    /// The digests of `seen`, oldest first.
    private var order: [Digest] = []
    private var rate = LaunchRate()

    /// - Parameters:
    ///   - memory: how long a token is remembered; tunnels live 12 hours at most.
    ///   - capacity: how many tokens are remembered.
    init(memory: Duration = .seconds(43_200), capacity: Int = 512) {
        self.memory = memory
        self.capacity = max(1, capacity)
    }

    /// The tunnels there are.
    var count: Int { tunnels.count }

    /// Decides on a notification. Only an accepted one is remembered: a refused one may succeed when it comes again.
    mutating func admit(
        _ digest: Digest,
        services: [String],
        limit: Int,
        perMinute: Int = .max,
        now: Instant
    ) -> Admission {
        forget(now: now, toFit: capacity)
        guard seen[digest] == nil, tunnels[digest] == nil else { return .duplicate }
        let services = Set(services)
        let replaced = order.filter { digest in
            tunnels[digest].map { $0.services == services && $0.isReconnecting && !$0.isEnding } ?? false
        }
        // What is on its way out does not count.
        let active = tunnels.values.count { !$0.isEnding } - replaced.count
        guard active < limit else {
            return .refused(
                Refusal(
                    reason: .limit,
                    text: "\(active) tunnels are open, as many as maxConcurrentTunnels allows; close one or raise it."
                )
            )
        }
        guard rate.take(perMinute: perMinute, now: now) else {
            return .refused(
                Refusal(
                    reason: .rate,
                    text: "More than \(perMinute) tunnels began within a minute, which maxTunnelsPerMinute sets;"
                        + " rotate the tunnel's token later, or raise it."
                )
            )
        }
        forget(now: now, toFit: capacity - 1)
        for digest in replaced { tunnels[digest]?.isEnding = true }
        tunnels[digest] = Tunnel(services: services)
        seen[digest] = now
        order.append(digest)
        return .accepted(replacing: replaced)
    }

    /// A tunnel's machine is in another state.
    mutating func update(_ digest: Digest, state: TunnelMachine.State) {
        tunnels[digest]?.isReconnecting = state == .reconnecting
    }

    /// A tunnel is over and its process gone. Its token stays known.
    mutating func remove(_ digest: Digest) {
        tunnels[digest] = nil
    }

    /// Forgets the tokens whose time is over, and beyond `capacity` the oldest; those of running tunnels never.
    private mutating func forget(now: Instant, toFit capacity: Int) {
        var excess = order.count - capacity
        order.removeAll { digest in
            guard tunnels[digest] == nil else { return false }
            let isOver = seen[digest].map { now - $0 >= memory } ?? true
            guard isOver || excess > 0 else { return false }
            excess -= 1
            seen[digest] = nil
            return true
        }
    }
}
