// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// The life of one subscription across streams and connections. No input or output, no clock.
///
/// A stream is an *attempt*, numbered. A renewal opens a second attempt and gives the first up when the second is
/// there, because a stream can be deaf without a sign [protocol 4.6, 14.6].
struct SubscriptionMachine {
    enum StreamEvent {
        /// The response came; its payload.
        case established([UInt8])
        /// The stream is over: an error frame, the nucleus's TERMINATE, a timeout.
        case failed(GreengrassIPCError)
        case connectionLost
        /// The consumer's buffer is full.
        case overflowed
    }

    enum Action: Equatable {
        case open(attempt: Int)
        case close(attempt: Int)
        /// Set the one timer, or clear it.
        case arm(Instant?)
        /// The first response is there.
        case ready([UInt8])
        /// The consumer must hear that events may be missing.
        case gap
        /// A renewal failed, or a subscription could not be made again yet: for the log.
        case willRetry(GreengrassIPCError)
        /// It is over; nil when its owner ended it.
        case finish(GreengrassIPCError?)
    }

    private enum State {
        case waitingForConnection
        case backingOff
        case opening(attempt: Int)
        case live(attempt: Int)
        case renewing(live: Int, next: Int)
        /// Both are there; the old one goes when what was under way to either has come.
        case overlapping(old: Int, live: Int)
        case ended
    }

    private var state = State.waitingForConnection
    private var lastAttempt = 0
    private var wasReady = false
    private var failures = 0
    private var madeAt = Instant(nanoseconds: 0)
    private var renewals = 0
    private let renewal: SubscriptionOptions.Renewal
    private let retry: Backoff
    private let firstRefusal: SubscriptionOptions.FirstRefusal
    private let overlap: Duration

    /// - Parameter overlap: how long the old stream of a renewal is kept beside the new one. Longer than
    ///   `OverlapFilter.grace`, so that all it remembers in the end is of the time when both were there.
    init(
        renewal: SubscriptionOptions.Renewal,
        retry: Backoff,
        firstRefusal: SubscriptionOptions.FirstRefusal = .fail,
        overlap: Duration = OverlapFilter.grace * 2
    ) {
        self.renewal = renewal
        self.retry = retry
        self.firstRefusal = firstRefusal
        self.overlap = overlap
    }

    var hasEnded: Bool { if case .ended = state { true } else { false } }

    // MARK: - Inputs

    /// A connection is there, or has come back.
    mutating func connected() -> [Action] {
        guard case .waitingForConnection = state else { return [] }
        return open()
    }

    mutating func received(
        _ event: StreamEvent,
        attempt: Int,
        now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        switch event {
        case .established(let response): established(attempt, response, now)
        case .failed(let error): failed(attempt, error, now, &generator)
        case .connectionLost: connectionLost()
        case .overflowed: overflowed()
        }
    }

    mutating func timerFired(now: Instant) -> [Action] {
        switch state {
        case .backingOff: return open()
        case .live(let attempt):
            lastAttempt += 1
            state = .renewing(live: attempt, next: lastAttempt)
            return [.open(attempt: lastAttempt)]
        case .overlapping(let old, let live):
            state = .live(attempt: live)
            return [.close(attempt: old), .arm(nextRenewal(now))]
        default: return []
        }
    }

    /// Its owner has no more use for it.
    mutating func cancelled() -> [Action] {
        end(nil)
    }

    /// The client has failed for good.
    mutating func clientFailed(_ error: GreengrassIPCError) -> [Action] {
        end(error)
    }

    // MARK: - Transitions

    private mutating func open() -> [Action] {
        lastAttempt += 1
        state = .opening(attempt: lastAttempt)
        return [.open(attempt: lastAttempt)]
    }

    private mutating func established(_ attempt: Int, _ response: [UInt8], _ now: Instant) -> [Action] {
        switch state {
        case .opening(attempt):
            state = .live(attempt: attempt)
            failures = 0
            madeAt = now
            renewals = 0
            let wasReady = self.wasReady
            self.wasReady = true
            return [wasReady ? .gap : .ready(response), .arm(nextRenewal(now))]
        case .renewing(let live, attempt):
            state = .overlapping(old: live, live: attempt)
            failures = 0
            renewals += 1
            return [.arm(now + overlap)]
        default: return []
        }
    }

    private mutating func failed(
        _ attempt: Int,
        _ error: GreengrassIPCError,
        _ now: Instant,
        _ generator: inout some RandomNumberGenerator
    ) -> [Action] {
        switch state {
        case .opening(attempt) where !wasReady && (firstRefusal == .fail || !error.mayPass): return end(error)
        case .opening(attempt), .live(attempt):
            state = .backingOff
            return [.willRetry(error), .arm(backedOff(now, &generator))]
        case .renewing(let live, attempt):
            // The stream that is there goes on; the renewal is made up for soon.
            state = .live(attempt: live)
            return [.willRetry(error), .arm(backedOff(now, &generator))]
        case .renewing(attempt, let next):
            state = .opening(attempt: next)
            return [.willRetry(error)]
        case .overlapping(attempt, let live):
            state = .live(attempt: live)
            return [.arm(nextRenewal(now))]
        case .overlapping(let old, attempt):
            state = .live(attempt: old)
            return [.willRetry(error), .arm(backedOff(now, &generator))]
        default: return []
        }
    }

    private mutating func connectionLost() -> [Action] {
        switch state {
        case .ended, .waitingForConnection: return []
        default:
            state = .waitingForConnection
            return [.arm(nil)]
        }
    }

    private mutating func overflowed() -> [Action] {
        let text = "the subscription's consumer has fallen behind by more than its buffer holds"
        return end(GreengrassIPCError(.slowConsumer, text))
    }

    private mutating func end(_ error: GreengrassIPCError?) -> [Action] {
        let open: [Int]
        switch state {
        case .ended: return []
        case .waitingForConnection, .backingOff: open = []
        case .opening(let attempt), .live(let attempt): open = [attempt]
        case .renewing(let first, let second), .overlapping(let first, let second): open = [first, second]
        }
        state = .ended
        return open.map { .close(attempt: $0) } + [.arm(nil), .finish(error)]
    }

    private mutating func backedOff(_ now: Instant, _ generator: inout some RandomNumberGenerator) -> Instant {
        failures += 1
        return now + retry.wait(afterFailures: failures, using: &generator)
    }

    /// The renewals are counted from when the subscription was made, not from the last renewal.
    private func nextRenewal(_ now: Instant) -> Instant? {
        if renewals < renewal.after.count { return max(madeAt + renewal.after[renewals], now) }
        return renewal.every.map { now + $0 }
    }
}

extension GreengrassIPCError {
    /// Whether the same request may be accepted later.
    fileprivate var mayPass: Bool {
        switch code {
        case .invalidRequest, .requestTooLarge, .invalidArguments, .unmodelledError: false
        default: true
        }
    }
}

extension SubscriptionMachine.Action {
    static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.open(let left), .open(let right)), (.close(let left), .close(let right)): left == right
        case (.arm(let left), .arm(let right)): left == right
        case (.ready(let left), .ready(let right)): left == right
        case (.gap, .gap): true
        case (.willRetry(let left), .willRetry(let right)): left.code == right.code
        case (.finish(let left), .finish(let right)): left?.code == right?.code
        default: false
        }
    }
}
