// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// How long a component update is put off while tunnels are open: each deployment for a limited time in all.
struct UpdateDeferral: Sendable {
    private var firstAsked: [String: Instant] = [:]
    /// The nucleus asks again after this long.
    static let recheck = Duration.seconds(30)
    private static let remembered = 16

    /// How long to put a deployment off from now on; nil to let it go on.
    ///
    /// - Parameter limit: for how long in all, from the first time that it was asked.
    mutating func wait(for deployment: String, tunnels: Int, limit: Duration, now: Instant) -> Duration? {
        guard tunnels > 0, limit > .zero else {
            firstAsked[deployment] = nil
            return nil
        }
        if firstAsked[deployment] == nil, firstAsked.count >= Self.remembered { firstAsked.removeAll() }
        let first = firstAsked[deployment] ?? now
        firstAsked[deployment] = first
        let rest = limit - (now - first)
        guard rest > .zero else {
            firstAsked[deployment] = nil
            return nil
        }
        return min(rest, Self.recheck)
    }
}
