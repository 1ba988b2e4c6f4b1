// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// The waits between attempts: each twice the last, with jitter, up to a cap.
public struct Backoff: Sendable, Hashable {
    /// The first wait; less than a millisecond counts as one.
    public var initial: Duration
    /// The longest wait; less than a millisecond counts as one.
    public var maximum: Duration

    /// Trying again without a pause would keep a core busy.
    private static let shortest = Duration.milliseconds(1)

    /// Waits from `initial` up to `maximum`.
    public init(initial: Duration = .milliseconds(100), maximum: Duration = .seconds(5)) {
        self.initial = initial
        self.maximum = maximum
    }

    /// The wait after so many failures (1 is the first): between half and all of the step's length.
    package func wait(afterFailures failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let first = max(initial, Self.shortest).nanoseconds
        let limit = max(maximum, Self.shortest).nanoseconds
        let doublings = Int64(min(max(failures, 1) - 1, 30))
        let (doubled, overflow) = first.multipliedReportingOverflow(by: 1 << doublings)
        let full = overflow ? limit : min(doubled, limit)
        return .nanoseconds(Int64.random(in: (full / 2)...full, using: &generator))
    }
}
