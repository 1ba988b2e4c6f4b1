// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import Testing

@testable import TunnelComponent

/// What the nucleus no longer knows must end: within this process, where times can be shortened, and for real.
@Suite(.timeLimit(.minutes(1)))
struct RefusedTokenTests {
    @Test(arguments: Dialect.allCases)
    func `A refused token ends the tunnels once the agent is old enough`(_ dialect: Dialect) async throws {
        let setup = AgentSetup(dialect: dialect)
        try await withNucleus(setup) { nucleus, directory, loop in
            let lines = Lock<[LogLine]>([])
            // More than all before the refusal takes, with a sanitizer too.
            let age = Duration.seconds(ProcessTable.isSanitized ? 20 : 6)
            var agent = try await TunnelAgent.within(nucleus, directory, loop) { line in
                lines.withLock { $0.append(line) }
            }
            agent.relaunch.minimumAge = age
            let running = agent
            let signals = try SignalStream([], loop: loop)
            async let outcome = running.run(signals: signals)
            try await nucleus.waitForSubscription(filter: AgentTest.topic)
            let mark = AgentTest.makeMark()
            for directive in ["connected", "hang"] {
                await nucleus.publish(
                    topic: AgentTest.topic,
                    payload: Notifications.payload(token: "\(mark)-\(directive)")
                )
            }
            try await loop.eventually("two proxies") { directory.processes().count == 2 }
            try await nucleus.restart(newTokens: true)
            try await loop.eventually("the refusal is known") {
                lines.withLock { $0.contains { $0.reason == "accessDenied" } }
            }
            #expect(directory.processes().count == 2)
            guard case .refused(let error) = await outcome else {
                Issue.record("the agent ended otherwise")
                return
            }
            #expect(error.code == .accessDenied)
            #expect(Instant.now() - running.startedAt > age)
            #expect(directory.processes().isEmpty)
            #expect(lines.withLock { $0.count { $0.event == .ended && $0.reason == "stopped" } } == 2)
            #expect(lines.withLock { $0.count { $0.event == .disconnected && $0.reason == "accessDenied" } } == 1)
            signals.close()
        }
    }

    /// Takes half a minute, because the agent must not end before it is 30 s old; that is what is tested.
    @Test func `A refused token ends tunnels and agent, but not before it is 30 s old`() async throws {
        let start = Instant.now()
        try await withAgent(AgentSetup(dialect: .classic)) { test in
            try await test.open("connected")
            try await test.nucleus.restart(newTokens: true, downtime: .milliseconds(100))
            try await test.seen("disconnected", reason: "accessDenied")
            #expect(await test.proxies().count == 1)
            await test.expectEnd(.exited(1), after: start, within: .seconds(36))
            #expect(Instant.now() - start > .seconds(29))
            #expect(await test.count("ended", reason: "stopped") == 1)
            // The next process knows from it that it may not ask for another relaunch soon.
            #expect(test.directory.names(test.directory.work) == [RunCommand.relaunchStamp])
            Files.remove(test.directory.work + "/" + RunCommand.relaunchStamp)
            // One line tells that the token was refused; nothing is tried meanwhile.
            #expect(await test.count("disconnected", reason: "accessDenied") == 1)
            #expect(await test.nucleus.findings.isEmpty)
        }
    }
}
