// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

/// Notifications that lead to nothing: each is refused with its reason, and the next good one works.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct NotificationTests {
    private static func payload(_ members: String...) -> String {
        let all = [
            "\"clientAccessToken\":\"TOKEN\"", "\"clientMode\":\"destination\"", "\"region\":\"eu-central-1\"",
            "\"services\":[\"SSH\"]",
        ]
        let names = members.map { $0.split(separator: ":")[0] }
        let kept = all.filter { member in !names.contains(member.split(separator: ":")[0]) }
        // A name without a value only takes the member away.
        return "{" + (kept + members.filter { $0.contains(":") }).joined(separator: ",") + "}"
    }

    /// Payloads, in which `TOKEN` is replaced, and the reasons of their refusal.
    private static let bad: [(String, String)] = [
        ("", "not-json"), ("not JSON TOKEN", "not-json"), ("[\"TOKEN\"]", "not-json"), ("null", "not-json"),
        ("{\"clientAccessToken\":\"TOKEN\"", "not-json"), ("\u{0}\u{1}TOKEN", "not-json"),
        (String(repeating: "[", count: 1500) + "TOKEN", "not-json"),
        (payload("\"clientAccessToken\""), "missing-clientAccessToken"),
        (payload("\"clientMode\""), "missing-clientMode"), (payload("\"region\""), "missing-region"),
        (payload("\"services\""), "missing-services"), (payload("\"services\":[]"), "missing-services"),
        (payload("\"clientAccessToken\":\"TOKEN\\u0000\\n\""), "invalid-clientAccessToken"),
        (payload("\"clientAccessToken\":\"TOKEN\\nregion = x\""), "invalid-clientAccessToken"),
        (payload("\"clientAccessToken\":17"), "invalid-clientAccessToken"),
        (payload("\"clientMode\":\"source\""), "client-mode"),
        (payload("\"region\":\"us-east-1; rm -rf\""), "invalid-region"),
        (payload("\"services\":[\"TELNET\"]"), "unmapped-service"),
        (payload("\"services\":[\"SSH\",\"TELNET\"]"), "unmapped-service"),
        (payload("\"services\":[\"SSH\",\"WEB\",\"DB\",\"X\"]"), "too-many-services"),
        (payload("\"services\":[\"SSH:1\"]"), "service-name"), (payload("\"services\":[\"SSH\\n\"]"), "service-name"),
        (payload("\"services\":[\"SSH\",\"SSH\"]"), "duplicate-service"),
        (payload("\"services\":\"SSH\""), "invalid-services"),
    ]

    @Test(arguments: Dialect.allCases)
    func `A bad one is refused with its reason`(_ dialect: Dialect) async throws {
        try await withAgent(AgentSetup(dialect: dialect)) { test in
            for (index, (payload, reason)) in Self.bad.enumerated() {
                let token = test.token("connected", index)
                await test.publish(payload.replacing("TOKEN", with: token))
                let line = try await test.agent.wait(for: "refused")
                #expect(line.reason == reason, "\(payload.prefix(200))")
                #expect(line["text"]?.isEmpty == false)
            }
            #expect(await test.count("refused") == Self.bad.count)
            #expect(await test.count("starting") == 0)
            try await test.expectAlive()
        }
    }

    @Test(arguments: Dialect.allCases)
    func `A huge one does no harm`(_ dialect: Dialect) async throws {
        try await withAgent(AgentSetup(dialect: dialect)) { test in
            await test.publish([UInt8](repeating: UInt8(ascii: "["), count: 1 << 20))
            await test.publish([UInt8](repeating: UInt8(ascii: "{"), count: 70_000))
            // Lite never delivers what exceeds its frames.
            if dialect == .classic { try await test.seen("refused", reason: "too-large", count: 2) }
            try await test.expectAlive()
        }
    }

    @Test func `An event without content is passed over`() async throws {
        try await withAgent { test in
            for json in ["{}", "{\"message\":null}", "{\"message\":{}}", "{\"unheardOf\":{\"a\":1}}", "[]"] {
                await test.nucleus.sendIoTCoreEvent(json)
            }
            try await test.expectAlive()
            #expect(await test.count("subscribed") == 1)
        }
    }

    @Test func `Of two hundred at once as many run as may`() async throws {
        try await withAgent(AgentSetup(configuration: ["maxConcurrentTunnels": 20])) { test in
            for index in 0..<200 {
                await test.publish(Notifications.payload(token: test.token("connected", index)))
            }
            try await test.seen("refused", reason: "limit", count: 180)
            try await test.seen("tunnel-connected", count: 20)
            #expect(await test.count("starting") == 20)
            #expect(await test.proxies().count == 20)
            // Still at work, and not behind a queue of refusals.
            await test.publish("not JSON")
            try await test.seen("refused", reason: "not-json", within: .seconds(10))
            await test.checkSecrets()
        }
    }
}

extension NucleusSimulator {
    /// An event of any content on every stream that there is.
    fileprivate func sendIoTCoreEvent(_ json: String) {
        for subscription in nucleus.broker.subscriptions {
            nucleus.sendEvent(NucleusMachine.ioTCoreMessage, json: Array(json.utf8), on: subscription.stream)
        }
        perform(nucleus.takeOutput())
    }
}
