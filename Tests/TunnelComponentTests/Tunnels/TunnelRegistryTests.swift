// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import TunnelComponent

@Suite(.timeLimit(.minutes(1)))
struct TunnelRegistryTests {
    private static let start = Instant(nanoseconds: 5)
    private static let hour = Duration.seconds(3600)

    private func digest(_ number: Int) -> [UInt8] { Array("digest \(number)".utf8) }

    private func isLimit(_ admission: TunnelRegistry.Admission) -> Bool {
        if case .refused(let refusal) = admission { refusal.reason == .limit } else { false }
    }

    @Test func `A token is accepted once, also after its tunnel`() {
        var registry = TunnelRegistry()
        #expect(registry.admit(digest(1), services: ["SSH"], limit: 5, now: Self.start) == .accepted(replacing: []))
        #expect(registry.admit(digest(1), services: ["SSH"], limit: 5, now: Self.start) == .duplicate)
        registry.remove(digest(1))
        #expect(registry.count == 0)
        #expect(registry.admit(digest(1), services: ["SSH"], limit: 5, now: Self.start + Self.hour) == .duplicate)
        #expect(
            registry.admit(digest(1), services: ["SSH"], limit: 5, now: Self.start + Self.hour * 12)
                == .accepted(replacing: [])
        )
    }

    @Test func `Beyond the limit a notification is refused and not remembered`() {
        var registry = TunnelRegistry()
        for number in 0..<20 {
            #expect(
                registry.admit(digest(number), services: ["SSH"], limit: 20, now: Self.start)
                    == .accepted(replacing: [])
            )
        }
        #expect(isLimit(registry.admit(digest(20), services: ["SSH"], limit: 20, now: Self.start)))
        #expect(registry.count == 20)
        registry.remove(digest(3))
        #expect(registry.admit(digest(20), services: ["SSH"], limit: 20, now: Self.start) == .accepted(replacing: []))
    }

    @Test func `A new token replaces the tunnel of the same services that lost its connection`() {
        var registry = TunnelRegistry()
        _ = registry.admit(digest(1), services: ["SSH", "WEB"], limit: 2, now: Self.start)
        _ = registry.admit(digest(2), services: ["SSH"], limit: 2, now: Self.start)
        registry.update(digest(1), state: .connected)
        #expect(isLimit(registry.admit(digest(3), services: ["WEB", "SSH"], limit: 2, now: Self.start)))
        registry.update(digest(1), state: .reconnecting)
        registry.update(digest(2), state: .reconnecting)
        let found = registry.admit(digest(3), services: ["WEB", "SSH"], limit: 2, now: Self.start)
        #expect(found == .accepted(replacing: [digest(1)]))
        // The one on its way out neither counts nor is replaced again.
        #expect(isLimit(registry.admit(digest(4), services: ["WEB", "SSH"], limit: 2, now: Self.start)))
        registry.update(digest(3), state: .reconnecting)
        let next = registry.admit(digest(4), services: ["WEB", "SSH"], limit: 2, now: Self.start)
        #expect(next == .accepted(replacing: [digest(3)]))
    }

    @Test func `A live tunnel of the same services stays`() {
        var registry = TunnelRegistry()
        _ = registry.admit(digest(1), services: ["SSH"], limit: 5, now: Self.start)
        registry.update(digest(1), state: .connected)
        #expect(registry.admit(digest(2), services: ["SSH"], limit: 5, now: Self.start) == .accepted(replacing: []))
    }

    @Test func `Memory is bounded, and the oldest are forgotten`() {
        var registry = TunnelRegistry(capacity: 4)
        for number in 0..<1000 {
            #expect(
                registry.admit(digest(number), services: ["SSH"], limit: 5, now: Self.start) == .accepted(replacing: [])
            )
            registry.remove(digest(number))
        }
        for number in 996..<1000 {
            #expect(registry.admit(digest(number), services: ["SSH"], limit: 5, now: Self.start) == .duplicate)
        }
        #expect(registry.admit(digest(0), services: ["SSH"], limit: 5, now: Self.start) == .accepted(replacing: []))
    }

    @Test func `A running tunnel's token is never forgotten`() {
        var registry = TunnelRegistry(capacity: 3)
        _ = registry.admit(digest(0), services: ["SSH"], limit: 5, now: Self.start)
        for number in 1..<50 {
            _ = registry.admit(digest(number), services: ["SSH"], limit: 5, now: Self.start)
            registry.remove(digest(number))
        }
        #expect(registry.admit(digest(0), services: ["SSH"], limit: 5, now: Self.start + Self.hour * 13) == .duplicate)
    }
}
