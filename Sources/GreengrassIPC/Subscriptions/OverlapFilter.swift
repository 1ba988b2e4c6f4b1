// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// While a renewal has two streams open, each event comes on both: lets through one of each pair.
///
/// Equal events are counted, not keyed: what one stream has brought and the other has not is owed by the other. Two
/// events that were published equal come twice on each stream, and twice out of here. No input or output, no clock.
struct OverlapFilter {
    /// What one of the streams has brought more often than the other.
    private struct Debt {
        var isOfNew: Bool
        /// When; ascending.
        var times: [Instant]
    }

    /// The copy comes right behind, or never: the old stream may have brought the event before the nucleus made the
    /// new one. Kept for longer, such a debt would swallow an equal event of later.
    static let grace = Duration.milliseconds(250)
    /// How much is remembered; beyond it an event may come twice, which is better than memory without bound.
    private static let countLimit = 4096
    private static let byteLimit = 8 * 1024 * 1024

    private let newAttempt: Int
    private var debts: [[UInt8]: Debt] = [:]
    private var debtCount = 0
    private var byteCount = 0
    private var oldClosedAt: Instant?

    /// - Parameter newAttempt: the attempt that is the new stream; lower numbers are the old one.
    init(newAttempt: Int) {
        self.newAttempt = newAttempt
    }

    /// Whether an event has to be delivered.
    mutating func accepts(_ payload: [UInt8], attempt: Int, now: Instant) -> Bool {
        let isNew = attempt >= newAttempt
        var debt = debts.removeValue(forKey: payload) ?? Debt(isOfNew: isNew, times: [])
        debtCount -= debt.times.count
        byteCount -= debt.times.count * payload.count
        debt.times.removeAll { now - $0 > Self.grace }
        // The latest is paid first: what is older than it may never have been owed, and has to expire.
        let isPaid = debt.isOfNew != isNew && debt.times.popLast() != nil
        if !isPaid, oldClosedAt == nil {
            if debt.times.isEmpty { debt.isOfNew = isNew }
            debt.times.append(now)
        }
        if !debt.times.isEmpty { keep(debt, payload) }
        return !isPaid
    }

    /// One stream alone is left; copies of what the other has brought may be under way still.
    mutating func oldClosed(now: Instant) {
        oldClosedAt = oldClosedAt ?? now
    }

    /// Nothing is owed any more.
    func isOver(now: Instant) -> Bool {
        oldClosedAt.map { now - $0 > Self.grace } ?? false
    }

    private mutating func keep(_ debt: Debt, _ payload: [UInt8]) {
        debts[payload] = debt
        debtCount += debt.times.count
        byteCount += debt.times.count * payload.count
        guard debtCount > Self.countLimit || byteCount > Self.byteLimit else { return }
        debts = [:]
        debtCount = 0
        byteCount = 0
    }
}
