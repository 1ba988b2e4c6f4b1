// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import TunnelComponent

@Suite(.timeLimit(.minutes(1)))
struct UpdateDeferralTests {
    private let start = Instant(nanoseconds: 1_000_000_000_000)

    @Test func `An update waits for tunnels, but no longer than the limit`() {
        var deferral = UpdateDeferral()
        func ask(_ seconds: Int64, _ deployment: String = "a", tunnels: Int = 1) -> Duration? {
            deferral.wait(for: deployment, tunnels: tunnels, limit: .seconds(70), now: start + .seconds(seconds))
        }
        #expect(ask(0) == .seconds(30))
        #expect(ask(30) == .seconds(30))
        #expect(ask(60) == .seconds(10))
        // Another deployment has a time of its own.
        #expect(ask(65, "b") == .seconds(30))
        #expect(ask(70) == nil)
        #expect(ask(71, "b", tunnels: 0) == nil)
    }

    @Test func `Without a limit nothing is put off`() {
        var deferral = UpdateDeferral()
        #expect(deferral.wait(for: "a", tunnels: 3, limit: .zero, now: start) == nil)
    }
}
