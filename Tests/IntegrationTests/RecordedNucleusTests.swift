// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import GreengrassIPCTesting
import Testing

/// The agent on the very bytes that the real nuclei sent.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct RecordedNucleusTests {
    @Test(arguments: ["lite-python-notify", "classic-js-notify"])
    func `Six recorded notifications lead to three tunnels, a duplicate and two refusals`(_ name: String) async throws {
        let directory = try TestDirectory()
        defer { directory.remove() }
        let file = try directory.write(
            "configuration.json",
            #"{"services": {"WEB": 8080}, "localproxyPath": "\#(Programs.standIn)"}"#
        )
        let session = try Self.recording(name)
        try await EventLoop.with { loop in
            let nucleus = try await RecordedNucleus.start(session, on: loop)
            let agent = try await AgentProcess.launch(
                Programs.agent,
                arguments: ["run", "--configuration", file],
                environment: [
                    "SVCUID": session.token(of: 1) ?? "",
                    "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT": nucleus.socketPath,
                    "AWS_IOT_THING_NAME": "MyThing",
                ],
                workingDirectory: directory.work,
                loop: loop
            )
            // A recorded nucleus says nothing about a client that is stopped early; the lines below do.
            do {
                for (event, reason) in Self.decisions { try await agent.wait(for: event, reason: reason) }
            } catch {
                await agent.stop()
                await nucleus.stop()
                throw error
            }
            #expect(await agent.stop() == EventReactor.ExitStatus.exited(0))
            let records = await agent.records
            #expect(records.filter { $0.event == "notification" }.map { $0["service"] } == ["SSH", "SSH,WEB", "PG"])
            #expect(!records.contains { $0.line.contains("recorded-token") })
            await nucleus.stop()
        }
        #expect(directory.processes().isEmpty)
    }

    /// What the agent decides, in the order of the recording.
    private static let decisions: [(event: String, reason: String?)] = [
        ("subscribed", nil), ("notification", nil), ("notification", nil), ("duplicate", nil),
        ("refused", "not-json"), ("refused", "client-mode"), ("notification", nil),
    ]

    private static func recording(_ name: String) throws -> RecordedSession {
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        return try RecordedSession(ndjson: Files.read("/\(tests)/GreengrassIPCTestingTests/Recordings/\(name).ndjson"))
    }
}
