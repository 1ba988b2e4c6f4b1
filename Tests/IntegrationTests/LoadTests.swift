// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// Many at once: nothing valid is missed, and memory stays.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct LoadTests {
    @Test func `Of a thousand notifications within seconds the valid ones all become tunnels`() async throws {
        try await withAgent { test in
            let process = await test.agent.identifier
            try await test.open("connected", 1000)
            let memory = ProcessTable.number(process, "VmRSS")
            for index in 0..<1000 {
                switch index % 4 {
                // Every fiftieth is good; the others lack something, or are repeated.
                case _ where index % 50 == 0 && index / 50 < 19:
                    await test.publish(Notifications.payload(token: test.token("connected", index)))
                case 0: await test.publish("not JSON")
                case 1:
                    let token = test.token("connected", index)
                    await test.publish(Notifications.payload(token: token, services: ["TELNET"]))
                case 2: await test.publish(Notifications.payload(token: test.token("connected", 1000)))
                default:
                    await test.publish(Notifications.payload(token: test.token("connected", index), mode: "source"))
                }
                // As they come from a network, not faster than a consumer could ever read.
                if index % 10 == 9 { try await test.loop.sleep(for: .milliseconds(10)) }
            }
            try await test.seen("tunnel-connected", count: 20, within: .seconds(30))
            #expect(await test.proxies().count == 20)
            #expect(await test.count("notification") == 20)
            if !ProcessTable.isSanitized {
                #expect(ProcessTable.number(process, "VmRSS") - memory < 4 * 1024)
                #expect(ProcessTable.number(process, "Threads") == 1)
            }
        }
    }
}
