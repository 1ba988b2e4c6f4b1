// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// `check`, as a component's process would run it.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct CheckCommandTests {
    private func check(
        _ setup: AgentSetup,
        arguments: [String] = [],
        _ body: (EventReactor.ExitStatus, [String], NucleusSimulator) async throws -> Void
    ) async throws {
        var setup = setup
        setup.arguments = ["check"] + arguments
        // The endpoint is an address, so that no resolver is asked.
        setup.configuration["endpoint"] = "127.0.0.1:8443"
        try await withNucleus(setup) { nucleus, directory, loop in
            let process = try await setup.launch(nucleus, directory, loop)
            let status = await process.waitForExit()
            let lines = await process.records.map(\.line)
            try await body(status, lines, nucleus)
            #expect(directory.names(directory.work).isEmpty)
            #expect(await nucleus.findings.isEmpty)
        }
    }

    @Test(arguments: Dialect.allCases)
    func `Where all is well it says so`(_ dialect: Dialect) async throws {
        try await check(AgentSetup(dialect: dialect)) { status, lines, _ in
            #expect(status == .exited(0), "\(lines)")
            let right = ["nucleus", "notifications", "configuration", "localproxy", "program", "endpoint"]
            for subject in right {
                #expect(lines.contains { $0.hasPrefix("ok      \(subject) ") }, "\(subject): \(lines)")
            }
            #expect(lines.contains { $0.hasPrefix("warning service DB") })
            #expect(lines.last?.hasPrefix("0 errors, ") == true)
        }
    }

    @Test func `A missing permission is an error that names it`() async throws {
        var setup = AgentSetup()
        setup.resource = "something/else"
        try await check(setup) { status, lines, _ in
            #expect(status == .exited(1))
            #expect(
                lines.contains {
                    $0.hasPrefix("error   notifications") && $0.contains("aws.greengrass#SubscribeToIoTCore")
                }
            )
        }
    }

    @Test func `A wrong program, digest and value are errors`() async throws {
        let wrong = String(repeating: "0", count: 64)
        try await check(AgentSetup(configuration: ["localproxySHA256": .string(wrong)])) { status, lines, _ in
            #expect(status == .exited(1))
            #expect(lines.contains { $0.hasPrefix("error   localproxy") && $0.contains("localproxySHA256") })
        }
        try await check(AgentSetup(configuration: ["localproxyPath": "/bin/false"])) { status, lines, _ in
            #expect(status == .exited(1))
            #expect(lines.contains { $0.hasPrefix("error   program") })
        }
        try await check(AgentSetup(configuration: ["maxConcurrentTunnels": "many"])) { status, lines, _ in
            #expect(status == .exited(1))
            #expect(lines.contains { $0.hasPrefix("error   configuration") && $0.contains("maxConcurrentTunnels") })
        }
    }

    @Test func `A token that the nucleus does not know is an error`() async throws {
        try await check(AgentSetup(environment: ["SVCUID": "0123abcd4567"])) { status, lines, _ in
            #expect(status == .exited(1))
            #expect(lines.contains { $0.hasPrefix("error   nucleus") })
            #expect(!lines.contains { $0.contains("0123abcd4567") })
        }
    }

    /// Starts a check in the surroundings of the agent's tests, and waits for its end.
    private func runCheck(
        _ setup: AgentSetup,
        _ nucleus: NucleusSimulator,
        _ directory: TestDirectory,
        _ loop: EventLoop
    )
        async throws
    {
        var setup = setup
        setup.arguments = ["check"]
        let process = try await setup.launch(nucleus, directory, loop)
        #expect(await process.waitForExit() == .exited(0))
    }

    private var slowBroker: AgentSetup {
        AgentSetup(
            dialect: .classic,
            configuration: ["endpoint": "127.0.0.1:8443", "resubscribeSeconds": "0"],
            unsubackDelay: .milliseconds(500)
        )
    }

    @Test func `A check beside a running agent takes no notification away`() async throws {
        try await withAgent(slowBroker) { test in
            try await runCheck(slowBroker, test.nucleus, test.directory, test.loop)
            #expect(await test.nucleus.subscriptions.contains { !$0.isDeaf })
            try await test.expectAlive()
        }
    }

    @Test func `An agent that is started right after a check hears at once`() async throws {
        try await withNucleus(slowBroker) { nucleus, directory, loop in
            try await runCheck(slowBroker, nucleus, directory, loop)
            let agent = try await slowBroker.launch(nucleus, directory, loop)
            try await agent.wait(for: "subscribed")
            #expect(await nucleus.subscriptions.map(\.isDeaf) == [false])
            #expect(await agent.stop() == .exited(0))
            #expect(await nucleus.findings.isEmpty)
        }
    }
}
