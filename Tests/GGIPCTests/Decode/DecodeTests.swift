// SPDX-License-Identifier: Apache-2.0

import EventReactor
import EventStream
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting
@testable import ggipc

@Suite("ggipc decode and encode", .timeLimit(.minutes(1)))
struct DecodeTests {
    private static let clientOnly = ["xxd.txt", "hexdump.txt", "od.txt", "plain.txt"]
    private static let bothSides = ["strace-x.txt", "strace-octal.txt", "tcpdump-x.txt", "tcpdump-xx.txt"]

    private static func messages(_ capture: Capture) -> [Message] {
        capture.items.compactMap { if case .message(let message) = $0.content { message } else { nil } }
    }

    private static func recorded(_ name: String, _ sender: RecordedSession.Sender? = nil) throws -> [[UInt8]] {
        try TestFiles.session(name).entries.compactMap { entry in
            guard sender == nil || entry.sender == sender, case .message(let bytes) = entry.content else { return nil }
            return bytes
        }
    }

    @Test("The same bytes in every notation", arguments: clientOnly)
    func notations(name: String) throws {
        let capture = Capture(try Files.read(TestFiles.capture(name)))
        #expect(capture.failure == nil)
        #expect(Self.messages(capture).map { $0.encoded() } == (try Self.recorded("lite-python-notify", .client)))
        #expect(capture.items.map(\.offset) == [0, 121, 396])
    }

    @Test("What strace and tcpdump saw of a session, noise and link layers around it", arguments: bothSides)
    func traces(name: String) throws {
        let capture = Capture(try Files.read(TestFiles.capture(name)))
        #expect(capture.failure == nil)
        #expect(Self.messages(capture).map { $0.encoded() } == (try Self.recorded("lite-python-notify")))
        let messages = capture.items.filter { if case .message = $0.content { true } else { false } }
        let senders = try TestFiles.session("lite-python-notify").entries.prefix(messages.count).map(\.sender)
        #expect(messages.map(\.sender) == senders.map { $0 })
        #expect(capture.items.allSatisfy { $0.connection == 1 })
    }

    @Test("What strace cut short is named, with the cure")
    func cutTrace() {
        let line = #"sendto(3, "\0\0\0y\0\0\0H\351\347\224u\10:version\7\0\0050.1.0"..., 121, 0, NULL, 0) = 121"#
        let capture = Capture(Array(line.utf8))
        #expect(capture.failure?.description.contains("line 1: strace has cut the data short; run it with -s") == true)
    }

    @Test("Calls that another thread interrupted are put together")
    func interruptedTrace() throws {
        let bytes = try Self.recorded("lite-python-notify", .client)[0]
        let text = bytes.map { #"\x"# + Hex.encode([$0]) }.joined()
        let trace = """
            [pid 12] 10:00:00.000000 read(7,  <unfinished ...>
            [pid 13] write(1, "hello\\n", 6) = 6
            [pid 12] 10:00:00.250000 <... read resumed>"\(text)", 4096) = \(bytes.count)
            """
        let capture = Capture(Array(trace.utf8))
        #expect(Self.messages(capture).map { $0.encoded() } == [bytes])
    }

    @Test("Each frame becomes a line that says what it is")
    func lines() async throws {
        let result = try await Tool.run("decode", TestFiles.recording("classic-js-notify"))
        #expect(result.status == .exited(0))
        #expect(result.errors.isEmpty)
        let objects = try result.lines.map { try JSONValue(jsonText: $0) }
        #expect(objects.count == 13)
        #expect(objects[0]["type"] == "CONNECT" && objects[0]["from"] == "client")
        #expect(objects[1]["flags"] == ["CONNECTION_ACCEPTED"])
        #expect(objects[2...10].allSatisfy { $0["operation"] == "SubscribeToIoTCore" })
        #expect(objects[2]["payload"]?["topicName"] == "$aws/things/MyThing/tunnels/notify")
        #expect(objects[10]["flags"] == ["TERMINATE_STREAM"])
        #expect(objects[11]["eof"] == true)
        #expect(!result.text.contains("\u{1B}"), "a pipe gets no colours")
    }

    @Test(
        "What encode makes of decode's lines is the recording again, byte for byte",
        arguments: ["classic-js-notify", "classic-js-bad-token", "lite-python-notify", "lite-python-bad-token"]
    )
    func roundTrip(name: String) async throws {
        let decoded = try await Tool.run("decode", TestFiles.recording(name))
        let encoded = try await Tool.run("encode", "--ndjson", input: decoded.output)
        #expect(encoded.status == .exited(0))
        #expect(try RecordedSession(ndjson: encoded.output) == TestFiles.session(name))
        let bytes = try await Tool.run("encode", input: decoded.output)
        #expect(bytes.output == Array(try Self.recorded(name).joined()))
        let hex = try await Tool.run("encode", "--hex", input: decoded.output)
        #expect(hex.lines == (try Self.recorded(name).map { Hex.encode($0) }))
    }

    @Test("All header types and payloads that are no JSON come back as they were")
    func everyHeader() throws {
        let headers: [Header] = [
            Header(name: "t", value: .bool(true)), Header(name: "f", value: .bool(false)),
            Header(name: "1", value: .int8(-1)), Header(name: "2", value: .int16(.min)),
            Header(name: "4", value: .int32(7)), Header(name: "8", value: .int64(.max)),
            Header(name: "b", value: .bytes([0, 255])), Header(name: "s", value: .string("ü\"\n")),
            Header(name: "w", value: .timestamp(millisecondsSince1970: -5)),
            Header(name: "u", value: .uuid(UUIDBytes(high: 1, low: 2))),
        ]
        for payload in [
            "", "InternalServerError", "{\n \"a\": 1.0}", #"{"b":2,"a":"x\u003d"}"#, "{ \"error\": …}\"x\"}",
        ] {
            let message = try Message(headers: headers, payload: Array(payload.utf8))
            let line = FrameJSON.line(Capture.Item(content: .message(message)), operation: nil)
            guard case .message(let back) = try FrameJSON.item(line).content else {
                Issue.record("no message")
                continue
            }
            #expect(back == message)
            #expect(!line.contains(10))
        }
        let binary = try Message(headers: [], payload: [0xff, 0, 10])
        let line = FrameJSON.line(Capture.Item(content: .message(binary)), operation: nil)
        guard case .message(binary) = try FrameJSON.item(line).content else {
            Issue.record("another message")
            return
        }
    }

    @Test("A line written by hand needs no headers")
    func handWritten() async throws {
        let lines = """
            {"type": "CONNECT", "payload": {"authToken": "ABCDEFGHIJKLMNOP"}}
            {"type": 0, "stream": 1, "operation": "GetConfiguration", "payload": {"keyPath":[]}}
            {"type": "APPLICATION_MESSAGE", "stream": 1, "flags": ["TERMINATE_STREAM"]}
            """
        let bytes = try await Tool.run("encode", input: Array(lines.utf8))
        let back = try await Tool.run("decode", input: bytes.output)
        let objects = try back.lines.map { try JSONValue(jsonText: $0) }
        #expect(objects.map { $0["type"] } == ["CONNECT", "APPLICATION_MESSAGE", "APPLICATION_MESSAGE"])
        #expect(objects[1]["operation"] == "GetConfiguration" && objects[2]["flags"] == ["TERMINATE_STREAM"])
        #expect(objects[0]["headers"]?[0]?["name"] == ":version")
    }

    @Test("Indented and coloured on request, with nothing said differently")
    func styles() throws {
        let json = Array(#"{"b":[1.0,{}],"a":"x\"y:z","n":null,"e":[]}"#.utf8)
        let indented = JSONStyle(isIndented: true).text(json)
        #expect(
            String(decoding: indented, as: UTF8.self)
                == "{\n  \"b\": [\n    1.0,\n    {}\n  ],\n  \"a\": \"x\\\"y:z\",\n  \"n\": null,\n  \"e\": []\n}"
        )
        let coloured = String(decoding: JSONStyle(isIndented: true, isColoured: true).text(json), as: UTF8.self)
        #expect(coloured.contains("\u{1B}[34m\"b\"\u{1B}[0m: ["))
        #expect(coloured.replacing(#/\u{1B}\[\d+m/#, with: "") == String(decoding: indented, as: UTF8.self))
    }

    @Test("The first bad frame ends it with exit status 1 and the byte's offset")
    func badFrames() async throws {
        var bytes = Array(try Self.recorded("lite-python-notify", .client).joined())
        bytes[395] ^= 1
        let corrupt = try await Tool.run("decode", input: bytes)
        #expect(corrupt.status == .exited(1))
        #expect(corrupt.lines.count == 1)
        #expect(corrupt.errors.contains("frame 2 at byte 121: messageChecksumMismatch at byte 392"))
        let cut = try await Tool.run("decode", input: Array(bytes[..<100]))
        #expect(cut.status == .exited(1))
        #expect(cut.errors.contains("truncatedFrame at byte 100"))
    }

    @Test(
        "Files that are none of the known forms",
        arguments: [
            ("hello", "line 1, column 1: expected hexadecimal digits"),
            ("00 0", "line 1: an odd number of hexadecimal digits"),
            (#"{"ms": 1}"#, "line 1: connection is not a number"),
            ("{\"ms\": 1, \"connection\": 1, \"from\": \"client\", \"hex\": \"00\"}\n", "truncatedFrame"),
            ("{\"ms\": 1, \"connection\": 1, \"from\": \"client\", \"he", "line 1: not a JSON object"),
        ]
    )
    func badFiles(text: String, complaint: String) async throws {
        let result = try await Tool.run("decode", "-", input: Array(text.utf8))
        #expect(result.status == .exited(1))
        #expect(result.errors.contains("standard input: "))
        #expect(result.errors.contains(complaint))
    }

    @Test(
        "Lines that are no frames",
        arguments: [
            ("{", "line 1: JSON: "), ("[]", "line 1: expected a JSON object"), ("{}", "expected headers, or a type"),
            (#"{"headers": [{"name": "a", "int8": 300}]}"#, "headers[0]: expected a name and one of"),
            (#"{"type": 0, "flags": ["X"]}"#, "flags: expected"), (#"{"type": 0, "base64": "%"}"#, "base64: expected"),
        ]
    )
    func badLines(text: String, complaint: String) async throws {
        let result = try await Tool.run("encode", input: Array(text.utf8))
        #expect(result.status == .exited(1))
        #expect(result.errors.contains(complaint))
    }

    @Test("A missing file is named")
    func missingFile() async throws {
        let result = try await Tool.run("decode", "/nowhere/session.ndjson")
        #expect(result.status == .exited(1))
        #expect(result.errors.contains("No such file or directory (/nowhere/session.ndjson)"))
    }
}
