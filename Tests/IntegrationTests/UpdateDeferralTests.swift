// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// Component updates while tunnels are open.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct UpdateDeferralTests {
    @Test func `An update waits for an open tunnel, for so long and no longer`() async throws {
        try await withAgent(AgentSetup(configuration: ["deferUpdatesSeconds": "1"])) { test in
            try await test.nucleus.waitForComponentUpdateSubscription(of: AgentTest.component)
            let idle = try await test.nucleus.deploy(SimulatedDeployment())
            #expect(idle.updateAnswers[AgentTest.component] == [.ready])
            try await test.open("connected")
            let busy = try await test.nucleus.deploy(SimulatedDeployment())
            #expect(busy.status == .succeeded)
            let answers = busy.updateAnswers[AgentTest.component] ?? []
            #expect(answers.last == .ready)
            #expect((2...3).contains(answers.count))
            try await test.seen("configuration", reason: "update-deferred")
            try await test.seen("configuration", reason: "update")
            #expect(await test.proxies().count == 1)
        }
    }

    @Test func `It is off by default, and comes with a change of the configuration`() async throws {
        try await withAgent { test in
            try await test.open("connected")
            let first = try await test.nucleus.deploy(SimulatedDeployment())
            #expect(first.updateAnswers.isEmpty)
            await test.nucleus.updateConfiguration(of: AgentTest.component, merging: ["deferUpdatesSeconds": 1])
            try await test.nucleus.waitForComponentUpdateSubscription(of: AgentTest.component)
            let second = try await test.nucleus.deploy(SimulatedDeployment())
            #expect((second.updateAnswers[AgentTest.component]?.count ?? 0) >= 2)
        }
    }

    @Test func `On nucleus lite one line says that there is no such thing`() async throws {
        try await withAgent(AgentSetup(dialect: .lite, configuration: ["deferUpdatesSeconds": 60])) { test in
            try await test.seen("configuration", reason: "no-deferral")
            try await test.expectAlive()
            #expect(await test.count("configuration", reason: "no-deferral") == 1)
        }
    }
}
