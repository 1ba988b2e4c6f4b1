// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// How many tunnels may begin in a minute: a store that a minute fills, and each tunnel takes one from.
struct LaunchRate: Sendable {
    private var available = 0.0
    private var limit = 0
    private var filledAt: Instant?

    /// Takes one if there is one. A changed limit counts at once.
    mutating func take(perMinute limit: Int, now: Instant) -> Bool {
        guard limit < .max else { return true }
        if let filledAt, limit == self.limit {
            let seconds = Double((now - filledAt).nanoseconds) / 1e9
            available = min(Double(limit), available + max(0, seconds) * Double(limit) / 60)
        } else {
            available = Double(limit)
        }
        self.limit = limit
        filledAt = now
        guard available >= 1 else { return false }
        available -= 1
        return true
    }
}
