// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// Tunnels that work.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct TunnelTests {
    @Test(arguments: Dialect.allCases, [["SSH"], ["SSH", "WEB"], ["DB", "SSH", "WEB"]])
    func `A notification becomes a proxy for all its services`(_ dialect: Dialect, _ services: [String]) async throws {
        try await withAgent(AgentSetup(dialect: dialect)) { test in
            let tunnel = try await test.open("streams-5", services: services)
            let notification = try await test.seen("notification", tunnel: tunnel)
            #expect(notification["service"] == services.joined(separator: ","))
            let endpoints = ["SSH": "127.0.0.1:22", "WEB": "127.0.0.1:8080", "DB": "/run/db.socket"]
            let proxy = try #require(await test.proxies().first)
            let mapping = services.map { "\($0)=\(endpoints[$0] ?? "")" }.joined(separator: ",")
            let arguments = ["-r", "eu-central-1", "-d", mapping, "-v", "4", "--config", "/dev/stdin"]
            #expect(ProcessTable.arguments(proxy) == [Programs.standIn] + arguments)
            await test.checkSecrets()
            try await test.seen("stream-opened", tunnel: tunnel, count: 3 * services.count)
            try await test.seen("stream-closed", tunnel: tunnel, count: 3 * services.count)
        }
    }

    @Test func `Several tunnels run at once and end one by one`() async throws {
        try await withAgent { test in
            for index in 0..<5 { try await test.open("connected", index, services: index == 0 ? ["WEB"] : ["SSH"]) }
            try await test.waitForProxies(5)
            let closed = try await test.open("closed-1")
            try await test.seen("ended", reason: "closed", tunnel: closed)
            #expect(await test.proxies().count == 5)
            await test.checkSecrets()
        }
    }

    @Test func `A notification that comes again does nothing`() async throws {
        try await withAgent { test in
            let tunnel = try await test.open("connected")
            for _ in 0..<3 { await test.publish(Notifications.payload(token: test.token("connected"))) }
            try await test.seen("duplicate", tunnel: tunnel, count: 3)
            #expect(await test.proxies().count == 1)
            #expect(await test.count("starting") == 1)
            // Once over, the token is still known: the service would refuse it.
            let over = try await test.open("closed-1")
            try await test.seen("ended", tunnel: over)
            await test.publish(Notifications.payload(token: test.token("closed-1")))
            try await test.seen("duplicate", tunnel: over)
        }
    }

    @Test func `A lost connection is made again by the proxy`() async throws {
        try await withAgent { test in
            let tunnel = try await test.open("dropped-20")
            try await test.seen("reconnecting", reason: "dropped", tunnel: tunnel)
            try await test.seen("tunnel-connected", tunnel: tunnel, count: 2)
            #expect(await test.count("starting") == 1)
        }
    }

    @Test func `A rotated token replaces the session whose connection was lost, and no other`() async throws {
        try await withAgent { test in
            let other = try await test.open("connected", services: ["WEB"])
            let healthy = try await test.open("connected", 1)
            let lost = try await test.open("dropped-3000", until: "reconnecting", reason: "dropped")
            let rotated = try await test.open("connected", 2)
            try await test.seen("ended", reason: "replaced", tunnel: lost)
            try await test.waitForProxies(3)
            for tunnel in [other, healthy, rotated] { #expect(await test.count("ended", tunnel: tunnel) == 0) }
        }
    }

    @Test func `An unused tunnel ends after the idle timeout`() async throws {
        try await withAgent(AgentSetup(configuration: ["idleTimeoutSeconds": 1])) { test in
            let tunnel = try await test.open("connected")
            try await test.seen("ended", reason: "idle", tunnel: tunnel)
            try await test.waitForProxies(0)
        }
    }

    @Test func `What a proxy prints of its tokens is masked`() async throws {
        try await withAgent(AgentSetup(configuration: ["logLevel": "debug"])) { test in
            let tunnel = try await test.open("leak")
            let lines = await test.agent.records.filter { $0.tunnel == tunnel && $0.reason == "output" }
            // The configuration's level counts, or this would prove nothing.
            #expect(lines.count { $0.line.contains("-token: ***") } == 2)
        }
    }

    @Test func `A changed configuration counts from the next tunnel on`() async throws {
        let setup = AgentSetup()
        try await withAgent(setup) { test in
            try await test.open("connected")
            await test.publish(Notifications.payload(token: test.token("connected", 1), services: ["NEW"]))
            try await test.seen("refused", reason: "unmapped-service")
            var changed = setup
            changed.configuration["services"] = ["NEW": 4711, "SSH": .null]
            try await test.nucleus.setComponent(changed.component)
            try await test.open("connected", 1, services: ["NEW"])
            try await test.seen("configuration", reason: "changed")
            await test.publish(Notifications.payload(token: test.token("connected", 2)))
            try await test.seen("refused", reason: "unmapped-service", count: 2)
            // A bad one keeps the last good one.
            changed.configuration["services"] = ["NEW": "0.0.0.0:1"]
            try await test.nucleus.setComponent(changed.component)
            try await test.open("connected", 3, services: ["NEW"])
            try await test.seen("configuration", reason: "invalid")
            #expect(await test.proxies().count == 3)
        }
    }

    @Test(arguments: Dialect.allCases)
    func `A changed configuration is read at once, and open tunnels stay`(_ dialect: Dialect) async throws {
        try await withAgent(AgentSetup(dialect: dialect)) { test in
            try await test.open("connected")
            let component = AgentTest.component
            try await test.nucleus.waitForConfigurationSubscription(to: component)
            try await test.seen("configuration", reason: "read")
            let changes: JSONValue = ["services": ["NEW": "4711"], "maxConcurrentTunnels": "7"]
            await test.nucleus.updateConfiguration(of: component, merging: changes)
            // No tunnel has to come for it.
            let line = try await test.seen("configuration", reason: "changed")
            #expect(line["text"]?.contains("NEW=127.0.0.1:4711") == true)
            #expect(line["text"]?.contains("maxConcurrentTunnels 7") == true)
            await test.nucleus.updateConfiguration(of: component, merging: ["maxConcurrentTunnels": "many"])
            let refused = try await test.seen("configuration", reason: "invalid")
            #expect(refused["text"]?.contains("maxConcurrentTunnels") == true)
            #expect(await test.proxies().count == 1)
            try await test.open("connected", 1, services: ["NEW"])
        }
    }

    @Test func `The proxies' directory is made again when somebody removed it`() async throws {
        try await withAgent { test in
            try await test.open("closed-1", until: "ended")
            Files.remove(test.directory.work + "/.iot-tunnel-agent")
            try await test.open("connected")
        }
    }
}
