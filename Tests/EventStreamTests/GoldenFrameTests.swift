// SPDX-License-Identifier: Apache-2.0

import EventStream
import Testing

@Suite(.timeLimit(.minutes(1)))
struct GoldenFrameTests {
    @Test(arguments: GoldenFrame.all)
    func decodesAndEncodesToTheSameBytes(_ golden: GoldenFrame) throws {
        let messages = try decodeAll(golden.bytes)
        let message = try #require(messages.first)
        #expect(messages.count == 1)
        #expect(message.encoded() == golden.bytes)
        #expect(message.encodedByteCount == golden.bytes.count)
        let again = try Message(headers: Array(message.headers), payload: message.payload)
        #expect(again == message)
        #expect(again.encoded() == golden.bytes)
    }

    @Test
    func allTypes() throws {
        let message = try #require(try decodeAll(GoldenFrame.named("allTypes").bytes).first)
        let uuid = try #require(UUIDBytes("01020304-0506-0708-090a-0b0c0d0e0f10"))
        #expect(
            Array(message.headers) == [
                Header(name: "event-type", value: .int32(40972)),
                Header(name: "content-type", value: .string("application/json")),
                Header(name: "bool false", value: .bool(false)),
                Header(name: "bool true", value: .bool(true)),
                Header(name: "byte", value: .int8(-49)),
                Header(name: "byte buf", value: .bytes(Array("I'm a little teapot!".utf8))),
                Header(name: "timestamp", value: .timestamp(millisecondsSince1970: 8_675_309)),
                Header(name: "int16", value: .int16(42)),
                Header(name: "int64", value: .int64(42_424_242)),
                Header(name: "uuid", value: .uuid(uuid)),
            ]
        )
        #expect(message.headers.count == 10)
        #expect(String(decoding: message.payload, as: UTF8.self) == "{'foo':'bar'}")
    }

    @Test
    func connect() throws {
        let message = try #require(try decodeAll(GoldenFrame.named("connect").bytes).first)
        #expect(message.headers.map(\.name) == [":version", ":message-type", ":message-flags", ":stream-id"])
        #expect(message.headers[":version"] == .string("0.1.0"))
        #expect(message.headers[":message-type"] == .int32(4))
        #expect(message.headers["operation"] == nil)
        #expect(String(decoding: message.payload, as: UTF8.self) == #"{"authToken": "0123456789ABCDEF"}"#)
    }

    @Test
    func emptyValues() throws {
        let message = try #require(try decodeAll(GoldenFrame.named("emptyValues").bytes).first)
        #expect(message.headers["buff"] == .bytes([]))
        #expect(message.headers["string"] == .string(""))
        #expect(message.payload.isEmpty)
    }

    /// The encoder that needs no message in between writes the same bytes.
    @Test
    func encoderWritesTheEvent() throws {
        let golden = GoldenFrame.named("event").bytes
        let payload = try #require(try decodeAll(golden).first).payload
        var output: [UInt8] = [1, 2, 3]
        try MessageEncoder.append(to: &output) { writer in
            writer.string(":content-type", "application/json" as StaticString)
            writer.string("service-model-type", "aws.greengrass#" + "IoTCoreMessage")
            writer.int32(":message-type", 0)
            writer.int32(":message-flags", 0)
            writer.int32(":stream-id", 1)
        } payload: { output in
            output.append(contentsOf: payload)
        }
        #expect(output == [1, 2, 3] + golden)
    }
}
