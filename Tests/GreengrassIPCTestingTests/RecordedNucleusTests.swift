// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

/// Our client against what the real nuclei said to AWS's own clients.
@Suite("Recorded nucleus", .timeLimit(.minutes(1)))
struct RecordedNucleusTests {
    private static let topic = "$aws/things/MyThing/tunnels/notify"

    private static func with(
        _ name: String,
        _ body: (RecordedNucleus, GreengrassIPCConfiguration) async throws -> Void
    ) async throws {
        let session = try Recordings.load(name)
        let nucleus = try await RecordedNucleus.start(session)
        var configuration = GreengrassIPCConfiguration(
            socketPath: nucleus.socketPath,
            authentication: .svcuid(session.token(of: 1) ?? "")
        )
        configuration.backoff = Backoff(initial: .milliseconds(1), maximum: .milliseconds(5))
        do {
            try await body(nucleus, configuration)
        } catch {
            await nucleus.stop()
            throw error
        }
        await nucleus.stop()
    }

    @Test("Six notifications of each nucleus", arguments: ["lite-python-notify", "classic-js-notify"])
    func notifications(name: String) async throws {
        try await Self.with(name) { nucleus, configuration in
            var payloads: [String] = []
            try await withGreengrassIPC(configuration) { client in
                try await client.subscribeToIoTCore(topicName: Self.topic, qos: .atLeastOnce) { messages in
                    for try await case .message(let message) in messages {
                        #expect(message.topicName == Self.topic)
                        payloads.append(String(decoding: message.payload ?? [], as: UTF8.self))
                        if payloads.count == 6 { break }
                    }
                }
            }
            let documents = payloads.map { try? JSONValue(jsonText: $0) }
            #expect(payloads[3] == "this is not json")
            #expect(
                documents.map { $0?["clientMode"]?.stringValue }
                    == ["destination", "destination", "destination", nil, "source", "destination"]
            )
            #expect(
                documents.map { $0?["services"] }
                    == [["SSH"], ["SSH", "WEB"], ["SSH"], nil, ["SSH"], ["PG"]]
            )
            #expect(payloads[0] == payloads[2])
            // The subscription's TERMINATE and the client's end came as the official clients' did.
            try await nucleus.waitUntilPlayed()
        }
    }

    @Test("A token that each nucleus refused", arguments: ["lite-python-bad-token", "classic-js-bad-token"])
    func refusedToken(name: String) async throws {
        try await Self.with(name) { nucleus, configuration in
            let error = await #expect(throws: GreengrassIPCError.self) {
                try await withGreengrassIPC(configuration) { try await $0.getConfiguration() }
            }
            #expect(error?.code == .accessDenied)
            try await nucleus.waitUntilPlayed()
        }
    }

    @Test("A client that asks for something else departs, and is told where")
    func departure() async throws {
        try await Self.with("lite-python-notify") { nucleus, configuration in
            _ = await #expect(throws: GreengrassIPCError.self) {
                try await withGreengrassIPC(configuration) { try await $0.getConfiguration() }
            }
            let departure = await #expect(throws: ReplayDeparture.self) { try await nucleus.waitUntilPlayed() }
            #expect(departure?.recorded == "aws.greengrass#SubscribeToIoTCore by the client")
            #expect(departure?.differences.isEmpty == false)
        }
    }
}
