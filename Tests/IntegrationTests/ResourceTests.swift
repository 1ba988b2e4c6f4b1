// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// What the agent takes of the device.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct ResourceTests {
    @Test func `One thread does it all, and sleeps while nothing happens`() async throws {
        try await withAgent(AgentSetup(configuration: ["resubscribeSeconds": "0"])) { test in
            for index in 0..<3 { try await test.open("connected", index) }
            let process = await test.agent.identifier
            // The renewal two seconds after subscribing is over then, the next one comes at thirty.
            try await test.nucleus.waitForCall("SubscribeToIoTCore", count: 2)
            // The old stream stays for half a second beside the new one.
            try await test.loop.eventually("one stream", within: .seconds(3)) {
                await test.nucleus.subscriptions.count == 1
            }
            try await test.loop.sleep(for: .milliseconds(500))
            let before = switches(of: process)
            try await test.loop.sleep(for: .seconds(4))
            if !ProcessTable.isSanitized {
                #expect(ProcessTable.number(process, "Threads") == 1)
                #expect(switches(of: process) == before)
            }
            #expect(await test.nucleus.calls.count { $0.operation == "SubscribeToIoTCore" } == 2)
        }
    }

    private func switches(of process: Int32) -> Int {
        ProcessTable.number(process, "voluntary_ctxt_switches")
    }

    @Test func `Fifty tunnels leave no descriptor behind`() async throws {
        try await withAgent { test in
            let process = await test.agent.identifier
            try await test.open("refused-403", until: "ended")
            let before = ProcessTable.descriptorCount(process)
            let memory = ProcessTable.number(process, "VmRSS")
            for index in 1...50 { try await test.open("closed-0", index, until: "ended") }
            #expect(ProcessTable.descriptorCount(process) == before)
            if !ProcessTable.isSanitized { #expect(ProcessTable.number(process, "VmRSS") - memory < 2048) }
        }
    }

    @Test func `A proxy has three descriptors and a process group of its own`() async throws {
        try await withAgent { test in
            try await test.open("connected")
            try await test.open("connected", 1)
            for proxy in await test.proxies() {
                #expect(ProcessTable.descriptorCount(proxy) == 3)
                #expect(ProcessTable.number(proxy, "NoNewPrivs") == 1)
                #expect(ProcessTable.group(proxy) == proxy)
            }
            // A core would hold tokens.
            for process in await test.proxies() + [await test.agent.identifier] {
                let limits = ProcessTable.text(process, "limits").split(separator: "\n")
                let core = limits.first { $0.hasPrefix("Max core file size") }
                #expect(core?.split(separator: " ").dropFirst(4).prefix(2) == ["0", "0"])
            }
        }
    }
}
