// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import Testing

@testable import TunnelComponent

/// The subscription is renewed, because it can be deaf without a sign.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct RenewalTests {
    @Test func `An agent that is relaunched at once is deaf at first, and hears again after the renewal`() async throws
    {
        // A sanitizer makes the relaunch itself slower than the broker of a real core.
        let delay = ProcessTable.isSanitized ? Duration.milliseconds(1800) : .milliseconds(200)
        let setup = AgentSetup(dialect: .classic, unsubackDelay: delay)
        try await withNucleus(setup) { nucleus, directory, loop in
            let first = try await setup.launch(nucleus, directory, loop)
            try await first.wait(for: "subscribed")
            #expect(await nucleus.subscriptions.map(\.isDeaf) == [false])
            #expect(await first.stop() == .exited(0))

            var second = try await setup.launch(nucleus, directory, loop)
            try await second.wait(for: "subscribed")
            // A busy machine may relaunch it too late to be deaf; once in a while is often enough.
            for _ in 0..<10 where await nucleus.subscriptions.map(\.isDeaf) == [false] {
                #expect(await second.stop() == .exited(0))
                second = try await setup.launch(nucleus, directory, loop)
                try await second.wait(for: "subscribed")
            }
            #expect(await nucleus.subscriptions.map(\.isDeaf) == [true])
            // Nobody hears this one.
            let mark = AgentTest.makeMark()
            let lost = Notifications.payload(token: mark + "-connected-n0")
            await nucleus.publish(topic: AgentTest.topic, payload: lost)
            try await loop.eventually("the subscription hears", within: .seconds(3)) {
                await nucleus.subscriptions.map(\.isDeaf) == [false]
            }
            await nucleus.publish(
                topic: AgentTest.topic,
                payload: Notifications.payload(token: mark + "-connected-n1")
            )
            try await second.wait(for: "tunnel-connected")
            #expect(await second.records.count { $0.event == "notification" } == 1)
            #expect(await second.stop() == .exited(0))
        }
    }

    @Test(arguments: Dialect.allCases)
    func `The new stream comes first, then the old one goes`(_ dialect: Dialect) async throws {
        try await withAgent(AgentSetup(dialect: dialect)) { test in
            let start = Instant.now()
            // Were the old one closed first, there would never be two.
            try await test.nucleus.waitForSubscription(filter: AgentTest.topic, count: 2, timeout: .seconds(4))
            #expect(Instant.now() - start > .seconds(1))
            try await test.loop.eventually("one stream", within: .seconds(1)) {
                await test.nucleus.subscriptions.count == 1
            }
            #expect(await test.nucleus.calls.count { $0.operation == "SubscribeToIoTCore" } == 2)
            try await test.expectAlive()
            #expect(await test.count("notification") == 1)
            #expect(await test.nucleus.findings.isEmpty)
        }
    }

    @Test(arguments: Dialect.allCases)
    func `A stream that was cut off hears again after the renewal`(_ dialect: Dialect) async throws {
        try await withAgent(AgentSetup(dialect: dialect)) { test in
            await test.nucleus.deafen()
            await test.publish(Notifications.payload(token: test.token("connected", 1)))
            try await test.nucleus.waitForCall("SubscribeToIoTCore", count: 2)
            try await test.expectAlive()
            #expect(await test.count("notification") == 1)
        }
    }

    @Test(arguments: [("1", true), ("0", false)])
    func `The configuration says how often`(_ seconds: String, _ renews: Bool) async throws {
        let setup = AgentSetup(configuration: ["resubscribeSeconds": .string(seconds)])
        try await withNucleus(setup) { nucleus, directory, loop in
            var agent = try await TunnelAgent.within(nucleus, directory, loop)
            agent.timing.firstRenewals = []
            let running = agent
            let signals = try SignalStream([], loop: loop)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = await running.run(signals: signals) }
                defer { group.cancelAll() }
                try await nucleus.waitForCall("SubscribeToIoTCore", count: renews ? 3 : 1)
                if !renews { try await loop.sleep(for: .milliseconds(2900)) }
            }
            signals.close()
            let calls = await nucleus.calls.count { $0.operation == "SubscribeToIoTCore" }
            #expect(renews ? calls >= 3 : calls == 1)
        }
    }
}
