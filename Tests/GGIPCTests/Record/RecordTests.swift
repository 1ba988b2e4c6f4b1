// SPDX-License-Identifier: Apache-2.0

import EventReactor
import EventStream
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting
@testable import ggipc

@Suite("ggipc record and replay", .timeLimit(.minutes(1)))
struct RecordTests {
    private static let topic = "$aws/things/MyThing/tunnels/notify"

    /// Our client, as the recorded one behaved: subscribes, hears six messages, ends.
    private static func hearSix(_ path: String, _ token: String) async throws -> Int {
        let configuration = GreengrassIPCConfiguration(socketPath: path, authentication: .svcuid(token))
        return try await withGreengrassIPC(configuration) { client in
            var count = 0
            try await client.subscribeToIoTCore(topicName: topic, qos: .atLeastOnce) { messages in
                for try await case .message in messages {
                    count += 1
                    if count == 6 { break }
                }
            }
            return count
        }
    }

    @Test("What passes is written down, and can be replayed", arguments: [false, true])
    func recorded(redacts: Bool) async throws {
        try await withDirectory { directory in
            try await EventLoop.with { loop in
                let session = try TestFiles.session("classic-js-notify")
                let token = try #require(session.token(of: 1))
                let nucleus = try await RecordedNucleus.start(session)
                let file = directory + "/session.ndjson"
                let arguments = [
                    "record", "--listen", directory + "/s", "--upstream", nucleus.socketPath, "--output", file,
                ]
                let tool = try await RunningTool.start(arguments + (redacts ? ["--redact"] : []), on: loop)
                await tool.waitForErrors("listening on \(directory)/s\n")
                #expect(try await Self.hearSix(directory + "/s", token) == 6)
                try await nucleus.waitUntilPlayed()
                await nucleus.stop()
                let result = await tool.stop()
                #expect(result.status == .exited(0))
                let bytes = try Files.read(file)
                let recording = try RecordedSession(ndjson: bytes)
                #expect(recording.entries.count == session.entries.count)
                #expect(recording.connections == [1])
                let text = String(decoding: bytes, as: UTF8.self)
                #expect(text.contains(Hex.encode(Array(token.utf8))) == !redacts)
                #expect(recording.token(of: 1) == (redacts ? "REDACTED00000001" : token))
                // What is in the file holds together: a second nucleus plays it to a client.
                let again = try await RecordedNucleus.start(recording)
                #expect(try await Self.hearSix(again.socketPath, recording.token(of: 1) ?? "") == 6)
                try await again.waitUntilPlayed()
                await again.stop()
            }
        }
    }

    @Test("A command gets the recorder's socket, and its exit status is passed on")
    func command() async throws {
        let name = "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT"
        try await withDirectory { directory in
            let result = try await Tool.run(
                "record",
                "--output",
                directory + "/x",
                "--",
                "sh",
                "-c",
                "test -S \"$\(name)\" && exit 7",
                environment: [name: directory + "/none"]
            )
            #expect(result.status == .exited(7))
            #expect(result.errors.contains("0 entries in \(directory)/x"))
        }
    }

    @Test("Bytes that are no frames pass, and are written down as such")
    func noise() {
        var side = RecordedSide()
        let bytes: [UInt8] = [0, 0, 0, 16, 0, 0, 0, 0, 5, 0xc2, 0x48, 0xeb, 0x7d, 0x98, 0xc8, 0xff]
        #expect(side.received(bytes[..<10]) == [])
        #expect(side.received(bytes[10...] + [1, 2, 3]) == [.message(bytes)])
        #expect(side.ended() == [.partial([1, 2, 3]), .endOfFile])
        var broken = RecordedSide()
        #expect(
            broken.received(bytes + [UInt8](repeating: 0, count: 12)).last == .partial(.init(repeating: 0, count: 12))
        )
        #expect(broken.received([9]) == [.partial([9])])
    }

    @Test("Secrets are replaced wherever they are, the same by the same, at their length")
    func redaction() throws {
        var redaction = Redaction()
        let token = "ABCDEFGHIJKLMN=="
        let notification = Base64.encode(Array(#"{"clientAccessToken":"AQGA-secret","region":"x"}"#.utf8))
        func clean(_ text: String) -> String? {
            redaction.redacted(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(clean(#"{"authToken": "\#(token)"}"#) == #"{"authToken": "REDACTED00000001"}"#)
        #expect(clean(#"{"other":"ABCDEFGHIJKLMN\u003d\u003d"}"#) == #"{"other":"REDACTED00000001"}"#)
        let event = try #require(clean(#"{"message":{"topicName":"t","payload":"\#(notification)"}}"#))
        let payload = try JSONValue(jsonText: event)["message"]?["payload"]?.stringValue.flatMap { Base64.decode($0) }
        let inner = String(decoding: payload ?? [], as: UTF8.self)
        #expect(inner == #"{"clientAccessToken":"REDACTED002","region":"x"}"#)
        #expect(clean("not json") == nil)
    }

    @Test("A command that does what was recorded, and one that does not")
    func replayToCommand() async throws {
        let recording = TestFiles.recording("classic-js-bad-token")
        // `ggipc replay --as server` to a client that sends nothing.
        let silent = try await Tool.run("replay", "--input", recording, "--", "true")
        #expect(silent.status == .exited(1))
        #expect(silent.errors.contains("the command ended (exit code 0) before the session was played to its end"))
        let missing = try await Tool.run("replay", "--input", recording, "--", "no-such-command")
        #expect(missing.status == .exited(1))
        #expect(missing.errors.contains("no-such-command: there is no such command"))
    }

    @Test("A client that departs is shown how")
    func departure() async throws {
        try await withDirectory { directory in
            try await EventLoop.with { loop in
                let path = directory + "/s"
                let input = TestFiles.recording("lite-python-notify")
                let tool = try await RunningTool.start(["replay", "--input", input, "--socket", path], on: loop)
                await tool.waitForOutput("export SVCUID=")
                let token = try #require(try TestFiles.session("lite-python-notify").token(of: 1))
                let configuration = GreengrassIPCConfiguration(socketPath: path, authentication: .svcuid(token))
                _ = try? await withGreengrassIPC(configuration) { try await $0.getConfiguration() }
                let result = await tool.end()
                #expect(result.status == .exited(1))
                #expect(
                    result.errors.contains("connection 1, entry 3: aws.greengrass#SubscribeToIoTCore by the client")
                )
                #expect(result.errors.contains("operation: recorded aws.greengrass#SubscribeToIoTCore, got"))
            }
        }
    }
}
