// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// How the agent lives with its nucleus: starts, restarts, refusals.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct NucleusTests {
    private static let socketVariable = "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT"

    /// What is missing or wrong in the environment, and a word that the complaint must hold.
    private static let unusable: [(name: String, value: String?, word: String)] = [
        ("SVCUID", nil, "SVCUID"), ("SVCUID", "", "SVCUID"), (socketVariable, nil, socketVariable),
        ("AWS_IOT_THING_NAME", nil, "AWS_IOT_THING_NAME"), ("AWS_IOT_THING_NAME", "a/#", "thing name"),
        (socketVariable, "/" + String(repeating: "x", count: 107), "107"),
    ]

    @Test(arguments: unusable.indices)
    func `What a relaunch cannot cure ends the agent at once`(_ index: Int) async throws {
        let (name, value, word) = Self.unusable[index]
        var setup = AgentSetup()
        setup.environment[name] = .some(value)
        setup.waitsForSubscription = false
        let start = Instant.now()
        try await withAgent(setup) { test in
            await test.expectEnd(.exited(78), after: start, within: .seconds(3))
            let lines = await test.agent.records.map(\.line)
            #expect(lines.contains { $0.contains(word) })
        }
    }

    @Test(arguments: [["--log-level", "loud"], ["dance"], ["run", "--notification", "-"], ["--thing-name"]])
    func `A wrong command line ends the agent at once`(_ arguments: [String]) async throws {
        let start = Instant.now()
        try await withAgent(AgentSetup(arguments: arguments, waitsForSubscription: false)) { test in
            await test.expectEnd(.exited(64), after: start, within: .seconds(3))
        }
    }

    @Test(arguments: Dialect.allCases)
    func `An agent that is there before its nucleus waits for it`(_ dialect: Dialect) async throws {
        try await withNucleus { _, directory, _ in
            let path = directory.path + "/later.socket"
            var setup = AgentSetup(dialect: dialect, waitsForSubscription: false)
            setup.environment[Self.socketVariable] = path
            setup.environment["SVCUID"] = "ABCDEFGHIJKLMNOP"
            try await withAgent(setup) { test in
                try await test.seen("disconnected", reason: "not-connected", count: 3)
                let component = SimulatedComponent(
                    name: AgentTest.component,
                    token: "ABCDEFGHIJKLMNOP",
                    configuration: setup.componentConfiguration()
                )
                let late = try await NucleusSimulator.start(
                    .init(dialect: dialect, components: [component], socketPath: path),
                    on: test.loop
                )
                try await test.seen("subscribed")
                await late.publish(
                    topic: AgentTest.topic,
                    payload: Notifications.payload(token: test.token("connected"))
                )
                try await test.seen("tunnel-connected")
                await late.stop()
            }
        }
    }

    @Test(arguments: Dialect.allCases)
    func `Tunnels live through a loss of the connection`(_ dialect: Dialect) async throws {
        try await withAgent(AgentSetup(dialect: dialect)) { test in
            try await test.open("connected")
            let before = await test.proxies()
            try await test.nucleus.restart(newTokens: false, downtime: .milliseconds(200))
            try await test.seen("disconnected", reason: "connection-lost")
            try await test.seen("subscribed", reason: "again")
            #expect(await test.proxies() == before)
            try await test.nucleus.waitForSubscription(filter: AgentTest.topic)
            try await test.expectAlive()
            #expect(await test.count("ended") == 0)
        }
    }

    @Test(arguments: Dialect.allCases)
    func `A subscription that is refused at first is tried again`(_ dialect: Dialect) async throws {
        var setup = AgentSetup(dialect: dialect, resource: "another/topic", waitsForSubscription: false)
        try await withAgent(setup) { test in
            let line = try await test.seen("disconnected", reason: "UnauthorizedError", count: 2)
            #expect(line["text"]?.contains("accessControl") == true)
            setup.resource = AgentTest.topic
            try await test.nucleus.setComponent(setup.component)
            try await test.seen("subscribed")
            try await test.expectAlive()
        }
    }

    @Test(arguments: [(Dialect.lite, BrokerState.neverConnected), (.lite, .lost), (.classic, .lost)])
    func `A broker that is away is waited for`(_ dialect: Dialect, _ state: BrokerState) async throws {
        let setup = AgentSetup(dialect: dialect, brokerState: state, waitsForSubscription: false)
        try await withAgent(setup) { test in
            try await test.seen("disconnected", reason: "ServiceError", count: 2)
            await test.nucleus.setBrokerState(.connected)
            try await test.seen("subscribed")
            try await test.expectAlive()
        }
    }

    @Test func `A subscription that classic leaves unanswered is waited for`() async throws {
        let setup = AgentSetup(dialect: .classic, brokerState: .neverConnected, waitsForSubscription: false)
        try await withAgent(setup) { test in
            try await test.nucleus.waitForCall("SubscribeToIoTCore")
            #expect(await test.nucleus.subscriptions.count == 1)
            #expect(await test.count("subscribed") == 0)
            await test.nucleus.setBrokerState(.connected)
            try await test.seen("subscribed")
            try await test.expectAlive()
            #expect(await test.nucleus.calls.count { $0.operation == "SubscribeToIoTCore" } == 1)
        }
    }
}
