// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// While a renewal has two streams open, each event comes on both: lets through one of each pair.
///
/// Equal events are counted, not keyed: what one stream has brought and the other has not is owed by the other. Two
/// events that were published equal come twice on each stream, and twice out of here. No input or output, no clock.
struct OverlapFilter {
    private struct Balance {
        /// How often the old stream has brought the event more often than the new one; negative the other way round.
        var old: Int
        var changedAt: Instant
    }

    /// The copy comes right behind, or never: the old stream may have brought the event before the nucleus made the
    /// new one. Kept for longer, such a debt would swallow an equal event of later.
    static let grace = Duration.milliseconds(250)
    /// How much is remembered; beyond it an event may come twice, which is better than memory without bound.
    private static let countLimit = 4096
    private static let byteLimit = 8 * 1024 * 1024

    private let newAttempt: Int
    private var balances: [[UInt8]: Balance] = [:]
    private var byteCount = 0
    private var oldClosedAt: Instant?

    /// - Parameter newAttempt: the attempt that is the new stream; lower numbers are the old one.
    init(newAttempt: Int) {
        self.newAttempt = newAttempt
    }

    /// Whether an event has to be delivered.
    mutating func accepts(_ payload: [UInt8], attempt: Int, now: Instant) -> Bool {
        let step = attempt >= newAttempt ? -1 : 1
        if let balance = balances[payload], now - balance.changedAt <= Self.grace {
            let isOwed = balance.old.signum() == -step
            set(payload, balance.old + step, isOwed ? balance.changedAt : now)
            return !isOwed
        }
        if oldClosedAt == nil { set(payload, step, now) }
        return true
    }

    /// One stream alone is left; copies of what the other has brought may be under way still.
    mutating func oldClosed(now: Instant) {
        oldClosedAt = oldClosedAt ?? now
    }

    /// Nothing is owed any more.
    func isOver(now: Instant) -> Bool {
        oldClosedAt.map { now - $0 > Self.grace } ?? false
    }

    private mutating func set(_ payload: [UInt8], _ old: Int, _ now: Instant) {
        if old == 0 {
            if balances.removeValue(forKey: payload) != nil { byteCount -= payload.count }
            return
        }
        if balances.updateValue(Balance(old: old, changedAt: now), forKey: payload) == nil {
            byteCount += payload.count
        }
        if balances.count > Self.countLimit || byteCount > Self.byteLimit { forgetExpired(now) }
    }

    private mutating func forgetExpired(_ now: Instant) {
        balances = balances.filter { now - $0.value.changedAt <= Self.grace }
        if balances.count > Self.countLimit / 2 { balances = [:] }
        byteCount = balances.keys.reduce(0) { $0 + $1.count }
        if byteCount > Self.byteLimit / 2 {
            balances = [:]
            byteCount = 0
        }
    }
}
