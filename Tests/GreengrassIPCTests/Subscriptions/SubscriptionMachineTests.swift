// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import GreengrassIPC

@Suite(.timeLimit(.minutes(1)))
struct SubscriptionMachineTests {
    typealias Action = SubscriptionMachine.Action

    enum Input {
        case connected, timer, cancelled
        case established(Int), failed(Int), lost(Int), overflowed(Int)
        case refused(Int, GreengrassIPCError.Code)
        case clientFailed
    }

    /// What happens at a second, and what has to follow.
    typealias Step = (second: Int64, input: Input, actions: [Action])

    private static let failure = GreengrassIPCError(.serviceError, "refused")
    private static let failed = GreengrassIPCError(.accessDenied, "over")
    private static let slow = GreengrassIPCError(.slowConsumer, "")

    private static func at(_ second: Int64) -> Instant { Instant(nanoseconds: second * 1_000_000_000) }

    /// Waits of 1, 2, 4, 4 … seconds.
    private func check(
        _ renewal: SubscriptionOptions.Renewal = .never,
        _ steps: [Step],
        firstRefusal: SubscriptionOptions.FirstRefusal = .fail,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let retry = Backoff(initial: .seconds(1), maximum: .seconds(4))
        var machine = SubscriptionMachine(
            renewal: renewal,
            retry: retry,
            firstRefusal: firstRefusal,
            overlap: .seconds(1)
        )
        var generator = LargestNumbers()
        for (index, step) in steps.enumerated() {
            let now = Self.at(step.second)
            func received(_ event: SubscriptionMachine.StreamEvent, _ attempt: Int) -> [Action] {
                machine.received(event, attempt: attempt, now: now, using: &generator)
            }
            let actions =
                switch step.input {
                case .connected: machine.connected()
                case .timer: machine.timerFired(now: now)
                case .cancelled: machine.cancelled()
                case .clientFailed: machine.clientFailed(Self.failed)
                case .established(let attempt): received(.established([1]), attempt)
                case .failed(let attempt): received(.failed(Self.failure), attempt)
                case .refused(let attempt, let code): received(.failed(GreengrassIPCError(code, "")), attempt)
                case .lost(let attempt): received(.connectionLost, attempt)
                case .overflowed(let attempt): received(.overflowed, attempt)
                }
            #expect(actions == step.actions, "step \(index)", sourceLocation: sourceLocation)
        }
    }

    private static let made: [Step] = [
        (0, .connected, [.open(attempt: 1)]), (0, .established(1), [.ready([1]), .arm(nil)]),
    ]

    private static let renewing: [Step] = [
        (0, .connected, [.open(attempt: 1)]), (0, .established(1), [.ready([1]), .arm(at(2))]),
        (2, .timer, [.open(attempt: 2)]),
    ]

    @Test func theFirstFailureIsTheSubscribers() {
        check(
            .never,
            [
                (0, .timer, []), (0, .connected, [.open(attempt: 1)]), (0, .connected, []),
                (1, .failed(1), [.arm(nil), .finish(Self.failure)].closing(1)), (2, .connected, []), (3, .timer, []),
                (3, .established(1), []), (3, .cancelled, []),
            ]
        )
    }

    @Test(arguments: [GreengrassIPCError.Code.serviceError, .unauthorized, .resourceNotFound, .timeout, .overloaded])
    func aFirstRefusalThatMayPassIsTriedAgainIfAskedFor(_ code: GreengrassIPCError.Code) {
        let error = GreengrassIPCError(code, "")
        check(
            .never,
            [
                (0, .connected, [.open(attempt: 1)]),
                (5, .refused(1, code), [.willRetry(error), .arm(Self.at(6))]),
                (6, .timer, [.open(attempt: 2)]),
                (9, .refused(2, code), [.willRetry(error), .arm(Self.at(11))]),
                // The nucleus goes and comes back: at once.
                (10, .lost(2), [.arm(nil)]), (20, .connected, [.open(attempt: 3)]),
                (21, .refused(3, code), [.willRetry(error), .arm(Self.at(25))]), (25, .timer, [.open(attempt: 4)]),
                // It was never there, so nothing can be missing.
                (26, .established(4), [.ready([1]), .arm(nil)]),
                (30, .failed(4), [.willRetry(Self.failure), .arm(Self.at(31))]),
            ],
            firstRefusal: .retry
        )
    }

    @Test(arguments: [GreengrassIPCError.Code.invalidRequest, .requestTooLarge, .invalidArguments, .unmodelledError])
    func aFirstRefusalThatCannotPassIsTheSubscribers(_ code: GreengrassIPCError.Code) {
        let end: [Action] = [.close(attempt: 1), .arm(nil), .finish(GreengrassIPCError(code, ""))]
        check(
            .never,
            [(0, .connected, [.open(attempt: 1)]), (1, .refused(1, code), end), (2, .timer, [])],
            firstRefusal: .retry
        )
    }

    @Test func whoWaitsForAnAcceptanceMayGiveUp() {
        check(
            .never,
            [
                (0, .connected, [.open(attempt: 1)]), (1, .failed(1), [.willRetry(Self.failure), .arm(Self.at(2))]),
                (1, .clientFailed, [.arm(nil), .finish(Self.failed)]), (2, .timer, []), (3, .connected, []),
            ],
            firstRefusal: .retry
        )
    }

    @Test func laterFailuresAreTriedAgainWithLongerWaits() {
        check(
            .never,
            Self.made + [
                (10, .failed(1), [.willRetry(Self.failure), .arm(Self.at(11))]),
                (10, .failed(1), []),
                (11, .timer, [.open(attempt: 2)]),
                (11, .failed(2), [.willRetry(Self.failure), .arm(Self.at(13))]),
                (13, .timer, [.open(attempt: 3)]),
                (13, .failed(3), [.willRetry(Self.failure), .arm(Self.at(17))]),
                (17, .timer, [.open(attempt: 4)]),
                (17, .failed(4), [.willRetry(Self.failure), .arm(Self.at(21))]),
                (21, .timer, [.open(attempt: 5)]),
                (21, .established(5), [.gap, .arm(nil)]),
                // The waits begin anew.
                (30, .failed(5), [.willRetry(Self.failure), .arm(Self.at(31))]),
            ]
        )
    }

    @Test func aConnectionLossIsMadeUpForInEveryState() {
        check(.never, [(0, .lost(1), []), (0, .connected, [.open(attempt: 1)])])
        check(
            .never,
            [
                (0, .connected, [.open(attempt: 1)]), (1, .lost(1), [.arm(nil)]), (2, .connected, [.open(attempt: 2)]),
                (2, .established(1), []), (2, .established(2), [.ready([1]), .arm(nil)]),
            ]
        )
        check(
            .never,
            Self.made + [
                (1, .lost(1), [.arm(nil)]), (1, .lost(1), []), (2, .connected, [.open(attempt: 2)]),
                (2, .established(2), [.gap, .arm(nil)]),
            ]
        )
        check(
            .soon,
            Self.renewing + [
                (3, .lost(1), [.arm(nil)]), (3, .lost(2), []), (4, .connected, [.open(attempt: 3)]),
                // The renewals are counted anew.
                (4, .established(3), [.gap, .arm(Self.at(6))]),
            ]
        )
    }

    @Test func aWaitThatEndsWithoutAConnectionGoesOnWithTheNext() {
        check(
            .never,
            Self.made + [
                (1, .failed(1), [.willRetry(Self.failure), .arm(Self.at(2))]),
                // The connection goes, and this subscription has no stream to hear it from.
                (2, .timer, [.open(attempt: 2)]),
                (2, .lost(2), [.arm(nil)]),
                (3, .connected, [.open(attempt: 3)]),
                (3, .established(3), [.gap, .arm(nil)]),
            ]
        )
        // A connection that is back before the wait has ended does not shorten it.
        check(
            .never,
            Self.made + [
                (1, .failed(1), [.willRetry(Self.failure), .arm(Self.at(2))]), (1, .connected, []),
                (2, .timer, [.open(attempt: 2)]),
            ]
        )
    }

    @Test func renewalsComeAtTwoAndThirtySecondsAndThenRegularly() {
        check(
            .init(after: [.seconds(2), .seconds(30)], every: .seconds(600)),
            Self.renewing + [
                (3, .established(2), [.arm(Self.at(4))]),
                (4, .timer, [.close(attempt: 1), .arm(Self.at(30))]),
                (30, .timer, [.open(attempt: 3)]),
                (31, .established(3), [.arm(Self.at(32))]),
                (32, .timer, [.close(attempt: 2), .arm(Self.at(632))]),
                (632, .timer, [.open(attempt: 4)]),
                (633, .established(4), [.arm(Self.at(634))]),
                (634, .timer, [.close(attempt: 3), .arm(Self.at(1234))]),
            ]
        )
        check(
            .soon,
            Self.renewing + [
                // Answered after the second renewal's time: that one comes at once.
                (40, .established(2), [.arm(Self.at(41))]),
                (41, .timer, [.close(attempt: 1), .arm(Self.at(41))]),
                (41, .timer, [.open(attempt: 3)]),
                (41, .established(3), [.arm(Self.at(42))]),
                (42, .timer, [.close(attempt: 2), .arm(nil)]),
            ]
        )
    }

    @Test func aRenewalThatFailsLeavesTheOldStream() {
        check(
            .soon,
            Self.renewing + [
                (3, .failed(2), [.willRetry(Self.failure), .arm(Self.at(4))]),
                (4, .timer, [.open(attempt: 3)]),
                (4, .failed(3), [.willRetry(Self.failure), .arm(Self.at(6))]),
                (6, .timer, [.open(attempt: 4)]),
                (6, .established(4), [.arm(Self.at(7))]),
                (7, .timer, [.close(attempt: 1), .arm(Self.at(30))]),
                (30, .timer, [.open(attempt: 5)]),
                // The waits began anew with the renewal that succeeded.
                (30, .failed(5), [.willRetry(Self.failure), .arm(Self.at(31))]),
            ]
        )
    }

    @Test func theOldStreamMayEndDuringARenewal() {
        check(
            .soon,
            Self.renewing + [
                (3, .failed(1), [.willRetry(Self.failure)]), (4, .established(2), [.gap, .arm(Self.at(6))]),
            ]
        )
        check(
            .soon,
            Self.renewing + [
                (3, .failed(1), [.willRetry(Self.failure)]),
                (4, .failed(2), [.willRetry(Self.failure), .arm(Self.at(5))]),
                (5, .timer, [.open(attempt: 3)]),
            ]
        )
    }

    @Test func eitherStreamMayEndWhileBothAreThere() {
        let both = Self.renewing + [(3, .established(2), [.arm(Self.at(4))])]
        // The other one goes on: nothing is missing.
        check(.soon, both + [(3, .failed(1), [.arm(Self.at(30))]), (30, .timer, [.open(attempt: 3)])])
        check(
            .soon,
            both + [(3, .failed(2), [.willRetry(Self.failure), .arm(Self.at(4))]), (4, .timer, [.open(attempt: 3)])]
        )
        check(.soon, both + [(3, .lost(1), [.arm(nil)]), (3, .lost(2), []), (4, .connected, [.open(attempt: 3)])])
        check(.soon, both + [(3, .cancelled, [.close(attempt: 1), .close(attempt: 2), .arm(nil), .finish(nil)])])
    }

    @Test func itsOwnerMayEndItInEveryState() {
        let over: [Action] = [.arm(nil), .finish(nil)]
        check(.never, [(0, .cancelled, over), (1, .connected, []), (1, .cancelled, [])])
        check(.never, [(0, .connected, [.open(attempt: 1)]), (1, .cancelled, over.closing(1))])
        check(.never, Self.made + [(1, .cancelled, over.closing(1)), (1, .established(1), []), (2, .timer, [])])
        check(
            .never,
            Self.made + [
                (1, .failed(1), [.willRetry(Self.failure), .arm(Self.at(2))]), (2, .cancelled, over), (2, .timer, []),
            ]
        )
        check(
            .soon,
            Self.renewing + [
                (3, .cancelled, [.close(attempt: 1)] + over.closing(2)), (3, .established(2), []),
            ]
        )
    }

    @Test func theClientsEndIsItsEnd() {
        let over: [Action] = [.arm(nil), .finish(Self.failed)]
        check(.never, [(0, .clientFailed, over), (1, .connected, [])])
        check(.never, Self.made + [(1, .lost(1), [.arm(nil)]), (2, .clientFailed, over), (2, .cancelled, [])])
    }

    @Test func aFullBufferEndsIt() {
        let over: [Action] = [.arm(nil), .finish(Self.slow)]
        check(
            .never,
            Self.made + [
                (1, .overflowed(1), over.closing(1)), (1, .overflowed(1), []), (1, .failed(1), []), (1, .lost(1), []),
            ]
        )
        check(.soon, Self.renewing + [(3, .overflowed(2), [.close(attempt: 1)] + over.closing(2))])
    }
}

extension [SubscriptionMachine.Action] {
    fileprivate func closing(_ attempt: Int) -> Self { [.close(attempt: attempt)] + self }
}
