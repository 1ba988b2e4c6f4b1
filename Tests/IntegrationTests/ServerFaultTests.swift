// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// A nucleus that misbehaves while a tunnel is open: the tunnel lives on and the next notification is heard.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct ServerFaultTests {
    /// What strikes, where, and whether the connection is lost by it.
    private static let faults: [(Fault, FaultPoint, loses: Bool)] = [
        (.closeMidFrame, .event, true), (.corruptChecksum, .event, true), (.oversizedLength, .event, true),
        (.splitEveryByte, .event, false), (.replyLate(.milliseconds(300)), .event, false), (.noReply, .event, false),
        (.closeMidFrame, .reply(to: "GetConfiguration"), true),
        (.corruptChecksum, .reply(to: "GetConfiguration"), true),
        (.splitEveryByte, .reply(to: "GetConfiguration"), false),
        (.replyLate(.milliseconds(300)), .reply(to: "GetConfiguration"), false),
        (.merge(within: .milliseconds(50)), .event, false), (.duplicate, .event, false),
        (.outOfOrder(within: .milliseconds(50)), .anyReply, false), (.ping, .message, false),
        (.unknownStream, .message, false), (.readSlowly(.milliseconds(300)), .message, false),
    ]

    @Test(arguments: Dialect.allCases, faults.indices)
    func `A fault in the session is lived through`(_ dialect: Dialect, _ index: Int) async throws {
        let (fault, point, losesConnection) = Self.faults[index]
        try await withAgent(AgentSetup(dialect: dialect)) { test in
            try await test.open("connected")
            await test.nucleus.inject(fault, at: point)
            // It may be lost with the fault.
            await test.publish(Notifications.payload(token: test.token("connected", 1)))
            if losesConnection {
                try await test.seen("disconnected", reason: "connection-lost")
                try await test.seen("subscribed", reason: "again")
            }
            try await test.expectAlive()
            #expect(await test.count("ended") == 0)
            #expect(await test.count("disconnected", reason: "connection-lost") == (losesConnection ? 1 : 0))
            #expect(await test.nucleus.findings.isEmpty)
        }
    }

    @Test(arguments: Dialect.allCases, [Fault.closeMidFrame, .corruptChecksum, .splitEveryByte, .oversizedLength])
    func `A fault in the handshake is lived through`(_ dialect: Dialect, _ fault: Fault) async throws {
        try await withAgent(AgentSetup(dialect: dialect)) { test in
            try await test.open("connected")
            await test.nucleus.inject(fault, at: .connect)
            try await test.nucleus.restart(newTokens: false)
            try await test.seen("subscribed", reason: "again")
            try await test.expectAlive()
            #expect(await test.count("ended") == 0)
        }
    }

    @Test(arguments: Dialect.allCases)
    func `An event before the subscription's response counts`(_ dialect: Dialect) async throws {
        try await withAgent(AgentSetup(dialect: dialect)) { test in
            try await test.open("connected")
            await test.nucleus.inject(.eventBeforeResponse, at: .reply(to: "SubscribeToIoTCore"))
            try await test.nucleus.restart(newTokens: false)
            try await test.nucleus.waitForCall("SubscribeToIoTCore", count: 2)
            await test.publish(Notifications.payload(token: test.token("connected", 1)))
            try await test.seen("tunnel-connected", count: 2)
            try await test.seen("subscribed", reason: "again")
        }
    }

    /// Both nuclei's words for it are no JSON in some cases.
    @Test(arguments: ["{ \"message\": \"x\"; }", "{ \"error\": \"x\"}\"message\": \"y\" }", "", "no JSON"])
    func `A connection-level error is lived through`(_ payload: String) async throws {
        try await withAgent { test in
            try await test.open("connected")
            await test.nucleus.failConnections(payload: payload)
            try await test.seen("disconnected", reason: "connection-lost")
            try await test.seen("subscribed", reason: "again")
            try await test.expectAlive()
            #expect(await test.count("ended") == 0)
        }
    }

    @Test func `A subscription's response that never comes is no end`() async throws {
        try await withAgent { test in
            await test.nucleus.inject(.noReply, at: .reply(to: "SubscribeToIoTCore"))
            try await test.nucleus.restart(newTokens: false)
            try await test.nucleus.waitForCall("SubscribeToIoTCore", count: 2)
            // Unanswered on classic means that it waits for AWS; the next restart must find the agent alive.
            try await test.nucleus.restart(newTokens: false)
            try await test.seen("subscribed", reason: "again")
            try await test.expectAlive()
        }
    }
}
