// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import GreengrassIPC

@Suite(.timeLimit(.minutes(1)))
struct OverlapFilterTests {
    /// Events by stream (`o` old, `n` new), upper case where it must be let through: `Oa na` is a pair.
    @Test(
        arguments: [
            "Oa na", "Na oa", "Oa Oa na na", "Na Na oa oa", "Oa na Oa na", "Oa na Na oa", "Oa Ob na nb",
            "Oa Ob nb na", "Oa Nb na ob", "Oa Oa na Ob na nb",
        ]
    )
    func eachEventComesOnce(_ sequence: String) {
        var filter = OverlapFilter(newAttempt: 2)
        for (index, step) in sequence.split(separator: " ").enumerated() {
            let attempt = step.first?.lowercased() == "o" ? 1 : 2
            let accepted = filter.accepts(Array(step.dropFirst().utf8), attempt: attempt, now: at(Int64(index)))
            #expect(accepted == step.first?.isUppercase, "step \(index)")
        }
    }

    @Test func whatWasUnderWayWhenTheOldStreamWentComesOnce() {
        var filter = OverlapFilter(newAttempt: 2)
        expect(true, [1], 1, at(0), &filter)
        filter.oldClosed(now: at(1))
        expect(false, [1], 2, at(2), &filter)
        expect(true, [1], 2, at(3), &filter)
        expect(true, [1], 2, at(4), &filter)
        #expect(!filter.isOver(now: at(200)))
        #expect(filter.isOver(now: at(300)))
    }

    /// The old stream brought it before the nucleus had made the new one.
    @Test func anEventThatNeverCameTwiceSwallowsNoLaterOne() {
        var filter = OverlapFilter(newAttempt: 2)
        expect(true, [1], 1, at(0), &filter)
        expect(true, [1], 2, at(300), &filter)
        expect(false, [1], 1, at(301), &filter)
    }

    /// The same, while equal events go on and on and come in pairs.
    @Test func whatIsNotOwedExpiresAmongEqualEvents() {
        var filter = OverlapFilter(newAttempt: 2)
        expect(true, [1], 1, at(0), &filter)
        for time in 1...50 {
            expect(true, [1], 1, at(Int64(time) * 10), &filter)
            expect(false, [1], 2, at(Int64(time) * 10), &filter)
        }
        filter.oldClosed(now: at(501))
        expect(true, [1], 2, at(510), &filter)
    }

    @Test func itsMemoryIsBounded() {
        var filter = OverlapFilter(newAttempt: 2)
        for number in 0..<20_000 {
            expect(true, Array("\(number)".utf8), 1, at(0), &filter)
        }
        expect(true, Array("0".utf8), 2, at(0), &filter)
        expect(false, Array("19999".utf8), 2, at(0), &filter)
    }

    private func at(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

    private func expect(
        _ expected: Bool,
        _ payload: [UInt8],
        _ attempt: Int,
        _ now: Instant,
        _ filter: inout OverlapFilter,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let accepted = filter.accepts(payload, attempt: attempt, now: now)
        #expect(accepted == expected, sourceLocation: sourceLocation)
    }
}
