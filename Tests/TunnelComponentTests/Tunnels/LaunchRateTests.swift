// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import TunnelComponent

@Suite(.timeLimit(.minutes(1)))
struct LaunchRateTests {
    private static func at(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

    @Test func `A minute's worth may come at once, then one after the other`() {
        var rate = LaunchRate()
        let first = (0..<100).count { _ in rate.take(perMinute: 60, now: Self.at(5)) }
        #expect(first == 60)
        let early = rate.take(perMinute: 60, now: Self.at(900))
        let late = rate.take(perMinute: 60, now: Self.at(1100))
        let again = rate.take(perMinute: 60, now: Self.at(1200))
        #expect(!early && late && !again)
        let nextDay = (0..<100).count { _ in rate.take(perMinute: 60, now: Self.at(86_400_000)) }
        #expect(nextDay == 60)
    }

    @Test func `A changed limit counts at once`() {
        var rate = LaunchRate()
        let first = (0..<5).count { _ in rate.take(perMinute: 2, now: Self.at(1)) }
        let second = (0..<5).count { _ in rate.take(perMinute: 3, now: Self.at(1)) }
        #expect(first == 2 && second == 3)
    }

    @Test func `A tunnel too many is refused with the key to set, and may come again`() {
        var registry = TunnelRegistry()
        func admit(_ token: UInt8, _ now: Instant) -> TunnelRegistry.Admission {
            registry.admit([token], services: ["SSH"], limit: 100, perMinute: 1, now: now)
        }
        #expect(admit(1, Self.at(1)) == .accepted(replacing: []))
        guard case .refused(let refusal) = admit(2, Self.at(2)) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.reason == .rate)
        #expect(refusal.text.contains("maxTunnelsPerMinute"))
        #expect(admit(1, Self.at(3)) == .duplicate)
        #expect(admit(2, Self.at(61_000)) == .accepted(replacing: []))
    }
}
