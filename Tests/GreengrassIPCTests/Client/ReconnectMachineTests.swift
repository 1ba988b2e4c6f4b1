// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import GreengrassIPC

@Suite(.timeLimit(.minutes(1)))
struct ReconnectMachineTests {
    private static let down = GreengrassIPCError(.notConnected, "")
    private static let refused = GreengrassIPCError(.accessDenied, "")
    private static let lost = GreengrassIPCError(.connectionLost, "")

    private var machine = ReconnectMachine(Backoff(initial: .seconds(1), maximum: .seconds(5)))
    private var generator = LargestNumbers()

    private mutating func failed(
        _ error: GreengrassIPCError,
        isFinal: Bool = false,
        second: Int64 = 0
    ) -> ReconnectMachine.Action {
        let now = Instant(nanoseconds: second * 1_000_000_000)
        return machine.failed(error, isFinal: isFinal, now: now, using: &generator)
    }

    private mutating func opened(second: Int64) {
        machine.opened(now: Instant(nanoseconds: second * 1_000_000_000))
    }

    @Test mutating func waitsGrowForAsLongAsThereIsNoNucleus() {
        let waits = (0..<6).map { _ in failed(Self.down) }
        #expect(waits == [1, 2, 4, 5, 5, 5].map { .wait(.seconds($0)) })
    }

    @Test mutating func aRefusalInWordsIsFinal() {
        #expect(failed(Self.refused, isFinal: true) == .giveUp(Self.refused))
    }

    @Test mutating func threeSilentRefusalsInARowAreFinal() {
        #expect(failed(Self.refused) == .wait(.seconds(1)))
        #expect(failed(Self.refused) == .wait(.seconds(2)))
        #expect(failed(Self.refused) == .giveUp(Self.refused))
    }

    @Test mutating func silentRefusalsAreCountedInARow() {
        _ = failed(Self.refused)
        _ = failed(Self.refused)
        _ = failed(Self.down)
        #expect(failed(Self.refused) == .wait(.seconds(5)))
        opened(second: 10)
        _ = failed(Self.lost, second: 11)
        _ = failed(Self.refused, second: 12)
        #expect(failed(Self.refused, second: 13) == .wait(.seconds(5)))
        #expect(failed(Self.refused, second: 14) == .giveUp(Self.refused))
    }

    @Test mutating func whatWaitingCannotCureIsFinal() {
        let wrong = GreengrassIPCError(.invalidConfiguration, "")
        #expect(failed(wrong) == .giveUp(wrong))
    }

    @Test mutating func aConnectionThatLastedLetsTheWaitsBeginAnew() {
        for _ in 0..<4 { _ = failed(Self.down) }
        opened(second: 10)
        #expect(failed(Self.lost, second: 15) == .wait(.seconds(1)))
        #expect(failed(Self.down, second: 16) == .wait(.seconds(2)))
    }

    @Test mutating func aConnectionThatIsLostAtOnceDoesNot() {
        let waits = (0..<4 as Range<Int64>).map { second in
            opened(second: second)
            return failed(Self.lost, second: second)
        }
        #expect(waits == [1, 2, 4, 5].map { .wait(.seconds($0)) })
    }
}

@Suite(.timeLimit(.minutes(1)))
struct BackoffTests {
    @Test(arguments: [1, 2, 3, 10, 31, 32, 1000, .max])
    func aWaitIsBetweenHalfAndAllOfItsStep(_ failures: Int) {
        let backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(5))
        let step = min(Duration.milliseconds(100) * (1 << min(failures - 1, 10)), .seconds(5))
        var generator = SeededRandom(seed: 1)
        for _ in 0..<200 {
            let wait = backoff.wait(afterFailures: failures, using: &generator)
            #expect(wait >= step / 2 && wait <= step)
        }
    }

    @Test(arguments: [
        (Duration.zero, Duration.zero), (.seconds(-5), .seconds(-1)), (.zero, .seconds(1)),
        (.seconds(Int64.max), .seconds(Int64.max)), (.seconds(10), .milliseconds(1)),
    ])
    func extremesNeitherTrapNorSpin(_ initial: Duration, _ maximum: Duration) {
        var generator = SeededRandom(seed: 1)
        for failures in [Int.min, -1, 0, 1, 2, 63, 64, .max] {
            let wait = Backoff(initial: initial, maximum: maximum).wait(afterFailures: failures, using: &generator)
            #expect(wait >= .microseconds(500))
            #expect(wait <= max(maximum, .milliseconds(1)))
        }
    }

    @Test func waitsAreSpread() {
        var generator = SeededRandom(seed: 1)
        let waits = (0..<50).map { _ in Backoff().wait(afterFailures: 1, using: &generator) }
        #expect(Set(waits).count > 10)
    }
}
