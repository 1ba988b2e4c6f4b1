// SPDX-License-Identifier: Apache-2.0

/// A timer that its owner makes once and arms as often as needed; nothing is allocated when it is armed.
///
/// Used on the loop's thread only.
package final class LoopTimer: @unchecked Sendable {
    // Safety: every property is touched on the loop's thread only; `EventLoop` asserts it when arming and cancelling.
    package fileprivate(set) var deadline = Instant(nanoseconds: .max)
    fileprivate var position = -1
    let action: () -> Void
    let whenLoopEnds: (() -> Void)?

    /// - Parameters:
    ///   - whenLoopEnds: runs instead when the loop ends while the timer is armed; for what must not wait for ever.
    ///   - action: runs on the loop's thread when the deadline has passed, once for each arming.
    package init(whenLoopEnds: (() -> Void)? = nil, _ action: @escaping () -> Void) {
        self.action = action
        self.whenLoopEnds = whenLoopEnds
    }

    package var isArmed: Bool { position >= 0 }
}

/// A binary heap of timers, the earliest deadline first; each timer knows its place, so that one can be taken out.
package struct TimerHeap {
    private var timers: [LoopTimer] = []

    package init() {}

    package var isEmpty: Bool { timers.isEmpty }
    package var count: Int { timers.count }
    package var earliest: Instant? { timers.first?.deadline }

    package mutating func arm(_ timer: LoopTimer, at deadline: Instant) {
        remove(timer)
        timer.deadline = deadline
        timer.position = timers.count
        timers.append(timer)
        siftUp(timer.position)
    }

    package mutating func remove(_ timer: LoopTimer) {
        let position = timer.position
        guard position >= 0 else { return }
        timer.position = -1
        let last = timers.removeLast()
        guard last !== timer else { return }
        timers[position] = last
        last.position = position
        siftUp(position)
        siftDown(last.position)
    }

    package mutating func popDue(_ now: Instant) -> LoopTimer? {
        guard let first = timers.first, first.deadline <= now else { return nil }
        remove(first)
        return first
    }

    /// Disarms all timers.
    mutating func removeAll() -> [LoopTimer] {
        for timer in timers { timer.position = -1 }
        defer { timers = [] }
        return timers
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard timers[child].deadline < timers[parent].deadline else { return }
            exchange(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var smallest = parent
            for child in (2 * parent + 1)...(2 * parent + 2)
            where child < timers.count && timers[child].deadline < timers[smallest].deadline {
                smallest = child
            }
            guard smallest != parent else { return }
            exchange(parent, smallest)
            parent = smallest
        }
    }

    private mutating func exchange(_ left: Int, _ right: Int) {
        timers.swapAt(left, right)
        timers[left].position = left
        timers[right].position = right
    }
}
