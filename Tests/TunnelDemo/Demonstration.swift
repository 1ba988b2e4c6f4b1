// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting

/// The steps, from a nucleus that starts a component to the component's orderly end.
struct Demonstration: Sendable {
    let loop: EventLoop
    private static let component = "com.example.IoTTunnelAgent"

    /// Something happened that should not have, or the other way round.
    struct Unexpected: Error, CustomStringConvertible {
        let description: String
    }

    func run() async throws {
        let programs = try Programs()
        let directory = try Files.makeTemporaryDirectory(prefix: "tunnel-demo-")
        defer { Files.remove(directory) }
        Terminal.step("A simulated nucleus (classic) starts")
        let nucleus = try await NucleusSimulator.start(
            .init(components: [
                SimulatedComponent(name: Self.component, configuration: Self.configuration(programs.localproxy))
            ]),
            on: loop
        )
        Terminal.say("   it listens at \(nucleus.socketPath)")
        do {
            try await demonstrate(nucleus, programs, directory)
        } catch {
            await nucleus.stop()
            throw error
        }
        await nucleus.stop()
    }

    private func demonstrate(_ nucleus: NucleusSimulator, _ programs: Programs, _ directory: String) async throws {
        Terminal.step("It starts the agent with a component's environment and working directory")
        let agent = try await AgentProcess.launch(
            programs.agent,
            environment: try await nucleus.environment(forComponent: Self.component),
            workingDirectory: directory,
            loop: loop,
            echo: Terminal.agent
        )
        try await agent.wait(for: "subscribed")
        try await nucleus.waitForSubscription(filter: Notifications.topic())
        if programs.isStandIn {
            try await showTunnels(nucleus, agent)
        } else {
            try await showRealProxy(nucleus, agent)
        }
        try await showRefusals(nucleus, agent)
        try await end(agent)
        Files.remove(directory + "/.iot-tunnel-agent")
    }

    // MARK: - Steps

    private func showTunnels(_ nucleus: NucleusSimulator, _ agent: AgentProcess) async throws {
        Terminal.step("A tunnel with one service is opened for the device, and used")
        let first = Notifications.payload(token: "AQGAdemo-streams-50-first")
        let tunnel = try await publish(first, nucleus, agent)
        for event in ["starting", "connecting", "tunnel-connected", "stream-opened", "stream-closed"] {
            try await agent.wait(for: event, tunnel: tunnel)
        }
        Terminal.step("The same notification comes again: at least once may be twice")
        await nucleus.publish(topic: Notifications.topic(), payload: first)
        try await agent.wait(for: "duplicate", tunnel: tunnel)

        Terminal.step("A tunnel with two services, which the service closes after a moment")
        let second = try await publish(
            Notifications.payload(token: "AQGAdemo-closed-300-second", services: ["SSH", "WEB"]),
            nucleus,
            agent
        )
        for event in ["starting", "connecting", "tunnel-connected"] { try await agent.wait(for: event, tunnel: second) }
        try await agent.wait(for: "ended", reason: "closed", tunnel: second)

        Terminal.step("A tunnel whose token the service refuses: localproxy exits with 0, the agent says what it was")
        let third = try await publish(
            Notifications.payload(token: "AQGAdemo-refused-403-third"),
            nucleus,
            agent
        )
        try await agent.wait(for: "ended", reason: "rejected", tunnel: third)
    }

    private func showRealProxy(_ nucleus: NucleusSimulator, _ agent: AgentProcess) async throws {
        Terminal.step("A tunnel with one service; the real localproxy is launched, and finds no such tunnel at AWS")
        let payload = Notifications.payload(token: "AQGAdemo-first", services: ["SSH"])
        let first = try await publish(payload, nucleus, agent)
        for event in ["starting", "connecting"] { try await agent.wait(for: event, tunnel: first) }
        Terminal.step("The same notification comes again: at least once may be twice")
        await nucleus.publish(topic: Notifications.topic(), payload: payload)
        try await agent.wait(for: "duplicate", tunnel: first)
        Terminal.step("A tunnel with two services")
        let second = try await publish(
            Notifications.payload(token: "AQGAdemo-second", services: ["SSH", "WEB"]),
            nucleus,
            agent
        )
        for event in ["starting", "connecting"] { try await agent.wait(for: event, tunnel: second) }
    }

    private func showRefusals(_ nucleus: NucleusSimulator, _ agent: AgentProcess) async throws {
        Terminal.step("A notification for a service that the device does not offer must be refused")
        await nucleus.publish(
            topic: Notifications.topic(),
            payload: Notifications.payload(token: "AQGAdemo-unmapped", services: ["TELNET"])
        )
        try await agent.wait(for: "refused", reason: "unmapped-service")
    }

    private func end(_ agent: AgentProcess) async throws {
        Terminal.step("The nucleus stops the component: SIGTERM, and 4 s at most")
        let start = Instant.now()
        let status = await agent.stop()
        let took = Instant.now() - start
        Terminal.say("   the agent ended by \(status) after \(took.nanoseconds / 1_000_000) ms")
        guard status == .exited(0) else { throw Unexpected(description: "the agent ended by \(status)") }
        guard took < .seconds(4) else { throw Unexpected(description: "the agent took \(took) to end") }
        for record in await agent.records where record.line.contains("AQGAdemo") {
            throw Unexpected(description: "a token stands in the log: \(record.line)")
        }
    }

    /// Publishes a notification; answers what its tunnel is called in the log.
    private func publish(
        _ payload: [UInt8],
        _ nucleus: NucleusSimulator,
        _ agent: AgentProcess
    ) async throws -> String {
        await nucleus.publish(topic: Notifications.topic(), payload: payload)
        let record = try await agent.wait(for: "notification")
        guard let tunnel = record.tunnel else {
            throw Unexpected(description: "a notification without tunnel: \(record)")
        }
        return tunnel
    }

    // MARK: - Setting up

    private static func configuration(_ localproxy: String) -> JSONValue {
        [
            "services": ["SSH": "127.0.0.1:22", "WEB": "127.0.0.1:8080"],
            "localproxyPath": .string(localproxy),
            "accessControl": [
                "aws.greengrass.ipc.mqttproxy": [
                    "com.example.IoTTunnelAgent:mqttproxy:1": [
                        "operations": ["aws.greengrass#SubscribeToIoTCore"],
                        "resources": ["$aws/things/+/tunnels/notify"],
                    ]
                ]
            ],
        ]
    }
}

/// Where the programs are that the demonstration starts.
struct Programs {
    let agent: String
    let localproxy: String
    let isStandIn: Bool

    init() throws {
        guard let own = CurrentProcess.executablePath else {
            throw Demonstration.Unexpected(description: "/proc/self/exe cannot be read")
        }
        agent = BuiltProgram.path("iot-tunnel-agent", besides: own)
        if let real = CurrentProcess.environment("LOCALPROXY"), !real.isEmpty {
            localproxy = real
            isStandIn = false
        } else {
            localproxy = BuiltProgram.path("localproxy-stand-in", besides: own)
            isStandIn = true
        }
        for path in [agent, localproxy] where !Files.isExecutable(path) {
            throw Demonstration.Unexpected(description: "\(path) is missing or not executable")
        }
    }
}
