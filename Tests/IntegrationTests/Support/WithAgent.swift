// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// How a test's nucleus and agent are set up.
struct AgentSetup: Sendable {
    var dialect = Dialect.classic
    /// Added to the standard configuration.
    var configuration: [String: JSONValue] = [:]
    /// Added to the environment; nil takes a variable away.
    var environment: [String: String?] = [:]
    var arguments: [String] = []
    var unsubackDelay = Duration.zero
    var brokerState = BrokerState.connected
    /// What may be subscribed.
    var resource = "$aws/things/+/tunnels/notify"
    var waitsForSubscription = true

    func componentConfiguration() -> JSONValue {
        let policy: JSONValue = [
            "operations": ["aws.greengrass#SubscribeToIoTCore"], "resources": [.string(resource)],
        ]
        var members: [String: JSONValue] = [
            "services": ["SSH": "127.0.0.1:22", "WEB": "127.0.0.1:8080", "DB": "/run/db.socket"],
            "localproxyPath": .string(Programs.standIn),
            "accessControl": ["aws.greengrass.ipc.mqttproxy": ["tunnels:1": policy]],
        ]
        members.merge(configuration) { _, new in new }
        return .object(members)
    }

    var component: SimulatedComponent {
        SimulatedComponent(name: AgentTest.component, configuration: componentConfiguration())
    }

    var nucleus: NucleusSimulator.Configuration {
        .init(
            dialect: dialect,
            components: [component],
            unsubackDelay: unsubackDelay,
            brokerState: brokerState
        )
    }

    func launch(_ nucleus: NucleusSimulator, _ directory: TestDirectory, _ loop: EventLoop) async throws -> AgentProcess
    {
        var environment = try await nucleus.environment(forComponent: AgentTest.component)
        environment["PATH"] = "/usr/bin:/bin"
        for (name, value) in self.environment { environment[name] = value }
        return try await AgentProcess.launch(
            Programs.agent,
            arguments: arguments,
            environment: environment,
            workingDirectory: directory.work,
            loop: loop
        )
    }
}

/// Runs a nucleus, an agent and a test with them on one event loop; then ends the agent and looks at what it leaves.
func withAgent(_ setup: AgentSetup = AgentSetup(), _ body: (AgentTest) async throws -> Void) async throws {
    try await withNucleus(setup) { nucleus, directory, loop in
        try await run(setup, nucleus, directory, loop, body)
    }
}

/// The nucleus, a directory and a loop without an agent: for tests that start it themselves.
func withNucleus(
    _ setup: AgentSetup = AgentSetup(),
    _ body: (NucleusSimulator, TestDirectory, EventLoop) async throws -> Void
) async throws {
    let directory = try TestDirectory()
    defer { directory.remove() }
    try await EventLoop.with { loop in
        try await withTaskExecutorPreference(loop) {
            let nucleus = try await NucleusSimulator.start(setup.nucleus, on: loop)
            do {
                try await body(nucleus, directory, loop)
            } catch {
                await nucleus.stop()
                throw error
            }
            await nucleus.stop()
        }
    }
}

private func run(
    _ setup: AgentSetup,
    _ nucleus: NucleusSimulator,
    _ directory: TestDirectory,
    _ loop: EventLoop,
    _ body: (AgentTest) async throws -> Void
) async throws {
    let agent = try await setup.launch(nucleus, directory, loop)
    let test = AgentTest(nucleus: nucleus, agent: agent, loop: loop, directory: directory, mark: AgentTest.makeMark())
    do {
        if setup.waitsForSubscription {
            try await test.seen("subscribed")
            try await nucleus.waitForSubscription(filter: AgentTest.topic)
        }
        try await body(test)
    } catch {
        Issue.record("the log: \n\(await agent.records.map(\.line).joined(separator: "\n"))")
        await agent.stop(signal: SignalSource.kill)
        throw error
    }
    try await test.finish()
}

extension AgentTest {
    static func makeMark() -> String { "AQGA" + String(UInt64.random(in: (1 << 60)...UInt64.max), radix: 16) }
}
