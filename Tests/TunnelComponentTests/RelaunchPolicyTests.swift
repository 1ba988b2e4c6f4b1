// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import TunnelComponent

@Suite(.timeLimit(.minutes(1)))
struct RelaunchPolicyTests {
    private static func seconds(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

    /// Age of the process, whether it is an orphan, seconds since the last request, and how long it has to wait.
    private static let cases: [(age: Int64, isOrphan: Bool, sinceLast: Int64?, wait: Int64)] = [
        (1, false, nil, 29), (30, false, nil, 0), (5000, false, nil, 0), (1, true, nil, 0), (1, true, 10, 0),
        (40, false, 40, 3560), (40, false, 3590, 10), (1, false, 3590, 29), (40, false, 3600, 0), (40, false, 9000, 0),
        // The clock was set back since.
        (40, false, -5, 0),
    ]

    @Test(arguments: cases.indices)
    func `A relaunch is asked for at most once in an hour and never by a young process`(_ index: Int) {
        let (age, isOrphan, sinceLast, wait) = Self.cases[index]
        let now = Self.seconds(100_000)
        let end = RelaunchPolicy().exitTime(
            startedAt: Self.seconds(100_000 - age),
            now: now,
            isOrphan: isOrphan,
            lastAsked: sinceLast.map { 1_700_000_000_000 - $0 * 1000 },
            clock: 1_700_000_000_000
        )
        #expect(end - now == .seconds(wait))
    }

    @Test func `The time of the last request outlives the process`() throws {
        let directory = try Files.makeTemporaryDirectory(prefix: "relaunch-test-")
        var policy = RelaunchPolicy()
        policy.stampPath = directory + "/stamp"
        policy.minimumAge = .zero
        #expect(policy.exitTime(startedAt: Self.seconds(0), now: Self.seconds(10)) == Self.seconds(10))
        policy.willAsk()
        let wait = policy.exitTime(startedAt: Self.seconds(0), now: Self.seconds(10)) - Self.seconds(10)
        #expect((Duration.seconds(3000)...Duration.seconds(3600)).contains(wait))
        // Whatever else stands there is no time.
        try Files.replace(policy.stampPath, with: Array("soon".utf8))
        #expect(policy.exitTime(startedAt: Self.seconds(0), now: Self.seconds(10)) == Self.seconds(10))
        Files.remove(policy.stampPath)
        Files.remove(directory)
    }
}
