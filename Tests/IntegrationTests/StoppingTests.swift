// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// The agent's end, ordered or not: no proxy outlives it.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct StoppingTests {
    @Test(arguments: Dialect.allCases)
    func `SIGTERM ends everything inside four seconds`(_ dialect: Dialect) async throws {
        try await withAgent(AgentSetup(dialect: dialect)) { test in
            try await test.open("connected")
            try await test.open("connected", 1)
            try await test.open("network-300", until: "connecting", reason: "network")
            try await test.open("hang", until: "connecting")
            try await test.open("flood")
            try await test.waitForProxies(5)
            await test.checkSecrets()
            let start = Instant.now()
            await test.agent.send(signal: SignalSource.terminate)
            await test.expectEnd(.exited(0), after: start, within: .seconds(4))
            #expect(await test.count("ended", reason: "stopped") == 5)
            #expect(await test.count("stopping", reason: "signal") == 1)
        }
    }

    @Test(arguments: [SignalSource.terminate, SignalSource.interrupt, SignalSource.hangUp])
    func `Without stubborn proxies the end is quick`(_ signal: Int32) async throws {
        try await withAgent { test in
            for index in 0..<3 { try await test.open("connected", index) }
            let start = Instant.now()
            await test.agent.send(signal: signal)
            await test.expectEnd(.exited(0), after: start, within: .seconds(1))
        }
    }

    @Test func `Proxies that the nucleus ends before the agent are no crash`() async throws {
        try await withAgent { test in
            for index in 0..<3 { try await test.open("connected", index) }
            // Classic signals every process of the component's tree, children first.
            for proxy in await test.proxies() { ProcessTable.send(SignalSource.terminate, to: proxy) }
            let start = Instant.now()
            await test.agent.send(signal: SignalSource.terminate)
            await test.expectEnd(.exited(0), after: start, within: .seconds(1))
        }
    }

    @Test func `SIGTERM ends an agent that waits for its nucleus`() async throws {
        var setup = AgentSetup()
        setup.environment["AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT"] = "nowhere"
        setup.waitsForSubscription = false
        try await withAgent(setup) { test in
            try await test.seen("disconnected", reason: "not-connected", count: 2)
            let start = Instant.now()
            await test.agent.send(signal: SignalSource.terminate)
            await test.expectEnd(.exited(0), after: start, within: .seconds(1))
        }
    }

    @Test func `A notification that waits for the configuration launches nothing once the agent stops`() async throws {
        try await withAgent { test in
            let calls = await test.nucleus.calls.count { $0.operation == "GetConfiguration" }
            await test.nucleus.inject(.noReply, at: .reply(to: "GetConfiguration"))
            await test.publish(Notifications.payload(token: test.token("connected")))
            try await test.nucleus.waitForCall("GetConfiguration", count: calls + 1)
            let start = Instant.now()
            await test.agent.send(signal: SignalSource.terminate)
            await test.expectEnd(.exited(0), after: start, within: .seconds(1))
            #expect(await test.count("notification") == 0)
            #expect(await test.count("configuration", reason: "cancelled") == 0)
        }
    }

    @Test func `No proxy survives the agent's SIGKILL`() async throws {
        try await withAgent { test in
            try await test.open("connected")
            try await test.open("hang", until: "connecting")
            try await test.open("flood")
            try await test.waitForProxies(3)
            await test.agent.stop(signal: SignalSource.kill)
            try await test.waitForProxies(0, within: .seconds(2))
        }
    }

    @Test func `Proxies that end leave no zombie`() async throws {
        try await withAgent { test in
            for index in 0..<10 { try await test.open("refused-403", index, until: "ended") }
            for index in 0..<3 { try await test.open("crash-1", index, until: "reconnecting", reason: "crashed") }
            #expect(await !ProcessTable.children(of: test.agent.identifier).values.contains("Z"))
        }
    }
}
