// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// `plan`: what a notification would lead to, without a nucleus.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct PlanTests {
    private func plan(
        _ payload: [UInt8],
        configuration: String,
        _ body: (EventReactor.ExitStatus, [String], TestDirectory) async throws -> Void
    ) async throws {
        try await withNucleus { _, directory, loop in
            let notification = try directory.write("notification", String(decoding: payload, as: UTF8.self))
            let file = try directory.write("configuration", configuration)
            let agent = try await AgentProcess.launch(
                Programs.agent,
                arguments: ["plan", "--notification", notification, "--configuration=\(file)"],
                environment: ["PATH": "/usr/bin:/bin", "SVCUID": "secret"],
                workingDirectory: directory.work,
                loop: loop
            )
            let status = await agent.waitForExit()
            try await body(status, await agent.records.map(\.line), directory)
            #expect(directory.names(directory.work).isEmpty)
        }
    }

    @Test func `An allowed one shows the command, its token masked`() async throws {
        let mark = AgentTest.makeMark()
        let configuration =
            #"{"services":{"SSH":2222},"localproxyPath":"\#(Programs.standIn)","endpoint":"h.example:8443"}"#
        try await plan(Notifications.payload(token: mark + "-x"), configuration: configuration) { status, lines, _ in
            #expect(status == .exited(0))
            let command = "\(Programs.standIn) -e h.example:8443 -d SSH=127.0.0.1:2222 -v 4 --config /dev/stdin"
            #expect(lines.contains(command))
            #expect(lines.contains("standard input: access-token = ***, client-token = ***"))
            #expect(!lines.contains { $0.contains(mark) || $0.contains("SVCUID") })
        }
    }

    @Test func `A refused one shows the reason`() async throws {
        let mark = AgentTest.makeMark()
        try await plan(
            Notifications.payload(token: mark, services: ["TELNET"]),
            configuration: "{}"
        ) { status, lines, _ in
            #expect(status == .exited(1))
            #expect(lines.first == "refused: reason=unmapped-service")
            #expect(!lines.contains { $0.contains(mark) })
        }
    }

    @Test(arguments: [#"{"services":5}"#, #"{"services":{"SSH":"8.8.8.8:22"}}"#, "no JSON", #"{"engine":"native"}"#])
    func `A wrong configuration file is named`(_ configuration: String) async throws {
        try await plan(Notifications.payload(token: "x"), configuration: configuration) { status, lines, directory in
            #expect(status == .exited(78))
            #expect(lines.first?.contains(directory.path + "/configuration") == true)
        }
    }

    @Test func `A plan beside a running agent does it no harm`() async throws {
        try await withAgent { test in
            try await test.open("connected")
            let other = try await AgentProcess.launch(
                Programs.agent,
                arguments: ["plan", "--notification", "/dev/null"],
                environment: [:],
                workingDirectory: test.directory.work,
                loop: test.loop
            )
            #expect(await other.waitForExit() == .exited(1))
            // Beside the status file, which the agent replaces whenever it likes.
            let names = test.directory.names(test.directory.work).filter { !$0.contains("status") }
            #expect(names == [".iot-tunnel-agent"])
            try await test.expectAlive()
        }
    }

    @Test func `A file replaces the component's configuration`() async throws {
        try await withNucleus { _, directory, _ in
            let file = try directory.write(
                "configuration",
                #"{"services":{"ONLY":9},"localproxyPath":"\#(Programs.standIn)"}"#
            )
            try await withAgent(AgentSetup(arguments: ["--configuration", file])) { test in
                try await test.open("connected", services: ["ONLY"])
                await test.publish(Notifications.payload(token: test.token("connected", 1), services: ["WEB"]))
                try await test.seen("refused", reason: "unmapped-service")
                #expect(await test.nucleus.calls.allSatisfy { $0.operation != "GetConfiguration" })
            }
        }
    }
}
