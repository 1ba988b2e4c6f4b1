// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import Testing

@testable import TunnelComponent

/// The status file, the command that prints it, and the topic.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct StatusFileTests {
    private func status(_ path: String) throws -> AgentStatus? {
        guard Files.exists(path) else { return nil }
        return AgentStatus(try JSONValue(jsonBytes: try Files.read(path)))
    }

    private func command(_ test: AgentTest, _ path: String) async throws -> (EventReactor.ExitStatus, [String]) {
        let process = try await AgentProcess.launch(
            Programs.agent,
            arguments: ["status", "--status-file", path],
            environment: ["PATH": "/usr/bin:/bin"],
            workingDirectory: test.directory.path,
            loop: test.loop
        )
        let status = await process.waitForExit()
        return (status, await process.records.map(\.line))
    }

    @Test func `The file tells of tunnels and refusals, and is gone with the agent`() async throws {
        try await withAgent { test in
            let path = test.directory.work + "/" + StatusPublisher.defaultName
            let tunnel = try await test.open("connected")
            try await test.open("refused-403", until: "ended")
            await test.publish(Notifications.payload(token: test.token("connected", 9), services: ["TELNET"]))
            try await test.seen("refused", reason: "unmapped-service")
            try await test.loop.eventually("the status is written") {
                let status = try self.status(path)
                return status?.tunnels.map(\.state) == ["connected"]
                    && status?.counters.refused == ["unmapped-service": 1]
                    && status?.counters.ended == ["rejected": 1]
            }
            #expect(try status(path)?.nucleus == .subscribed)
            // A look at the file itself: nothing of a token, and nobody else may read it.
            #expect(test.directory.filesContaining(test.mark).isEmpty)
            #expect(test.directory.names(test.directory.work).contains(StatusPublisher.defaultName))
            let (exit, lines) = try await command(test, path)
            #expect(exit == .exited(0))
            #expect(lines.first?.hasPrefix("running: process \(await test.agent.identifier) for ") == true)
            #expect(lines.contains { $0.contains(tunnel) && $0.contains("SSH  connected") })
            #expect(!lines.contains { $0.contains(test.mark) })
            await test.checkSecrets()
            #expect(await test.agent.stop() == .exited(0))
            #expect(await test.agent.records.last { $0.event == "stopping" }?["text"]?.contains("accepted 2") == true)
            #expect(!Files.exists(path))
            #expect(try await command(test, path).0 == .exited(1))
        }
    }

    @Test func `A file that a killed agent left is called stale`() async throws {
        try await withAgent { test in
            let path = test.directory.work + "/" + StatusPublisher.defaultName
            try await test.loop.eventually("the status is written") { try status(path)?.nucleus == .subscribed }
            await test.agent.stop(signal: SignalSource.kill)
            let (exit, lines) = try await command(test, path)
            #expect(exit == .exited(1))
            #expect(lines.first?.hasPrefix("stale: process ") == true)
            Files.remove(path)
        }
    }

    @Test func `Its place follows the configuration, and no file is possible`() async throws {
        try await withAgent(AgentSetup(configuration: ["statusFile": "none"])) { test in
            try await test.open("connected")
            let path = test.directory.path + "/elsewhere.json"
            await test.nucleus.updateConfiguration(of: AgentTest.component, merging: ["statusFile": .string(path)])
            try await test.loop.eventually("the status is written there") {
                try status(path)?.tunnels.count == 1
            }
            #expect(!Files.exists(test.directory.work + "/" + StatusPublisher.defaultName))
            await test.nucleus.updateConfiguration(of: AgentTest.component, merging: ["statusFile": "none"])
            try await test.loop.eventually("it is taken away") { !Files.exists(path) }
        }
    }

    private static func setup(_ destination: String, allowed: Bool) -> AgentSetup {
        var setup = AgentSetup(configuration: ["statusTopic": "tunnels/{thingName}/status"])
        setup.configuration["statusDestination"] = .string(destination)
        guard allowed else { return setup }
        let service = destination == "local" ? "aws.greengrass.ipc.pubsub" : "aws.greengrass.ipc.mqttproxy"
        let operation = destination == "local" ? "aws.greengrass#PublishToTopic" : "aws.greengrass#PublishToIoTCore"
        var policies: [String: JSONValue] = [
            "aws.greengrass.ipc.mqttproxy": [
                "tunnels:1": [
                    "operations": ["aws.greengrass#SubscribeToIoTCore"], "resources": ["$aws/things/+/tunnels/notify"],
                ]
            ]
        ]
        let policy: JSONValue = ["operations": [.string(operation)], "resources": ["tunnels/MyThing/status"]]
        var members = policies[service]?.objectValue ?? [:]
        members["status:1"] = policy
        policies[service] = .object(members)
        setup.configuration["accessControl"] = .object(policies)
        return setup
    }

    private func messages(_ test: AgentTest, _ destination: String) async throws -> [AgentStatus] {
        let documents: [JSONValue]
        if destination == "local" {
            documents = await test.nucleus.localPublications.compactMap(\.json)
        } else {
            documents = await test.nucleus.publications.compactMap { try? JSONValue(jsonBytes: $0.payload) }
        }
        for document in documents {
            let text = String(decoding: try document.jsonBytes(), as: UTF8.self)
            #expect(!text.contains(test.mark))
        }
        return documents.compactMap(AgentStatus.init)
    }

    @Test(arguments: ["local", "iotcore"])
    func `The topic gets the same, if accessControl allows it`(_ destination: String) async throws {
        try await withAgent(Self.setup(destination, allowed: true)) { test in
            try await test.open("connected")
            try await test.loop.eventually("the status is published") {
                try await messages(test, destination).contains { $0.tunnels.map(\.state) == ["connected"] }
            }
        }
        try await withAgent(Self.setup(destination, allowed: false)) { test in
            let line = try await test.seen("configuration", reason: "status-topic")
            #expect(line["text"]?.contains("accessControl must allow aws.greengrass#PublishTo") == true)
            for index in 0..<3 { try await test.open("closed-1", index, until: "ended") }
            #expect(await test.count("configuration", reason: "status-topic") == 1)
        }
    }
}
