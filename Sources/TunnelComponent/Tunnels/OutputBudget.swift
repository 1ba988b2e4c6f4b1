// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// How much of a proxy's output is read in a second.
struct OutputBudget: Sendable {
    /// Bytes a second; a busy localproxy prints a few kilobytes.
    private let limit: Int
    private var windowStart = Instant(nanoseconds: 0)
    private var spent = 0

    init(limit: Int = 256 * 1024) {
        self.limit = limit
    }

    /// Counts what was read; answers how long to stop reading when it was too much.
    mutating func spend(_ count: Int, now: Instant) -> Duration? {
        let window = Duration.seconds(1)
        if now - windowStart >= window {
            windowStart = now
            spent = 0
        }
        spent += count
        return spent > limit ? window - (now - windowStart) : nil
    }
}
