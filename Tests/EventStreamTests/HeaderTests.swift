// SPDX-License-Identifier: Apache-2.0

import EventStream
import Testing

@Suite(.timeLimit(.minutes(1)))
struct HeaderTests {
    static let values: [HeaderValue] = [
        .bool(true), .bool(false),
        .int8(.min), .int8(-1), .int8(.max),
        .int16(.min), .int16(-2), .int16(.max),
        .int32(.min), .int32(-3), .int32(.max),
        .int64(.min), .int64(-4), .int64(.max),
        .bytes([]), .bytes([0, 255]), .bytes([UInt8](repeating: 1, count: 32767)),
        .string(""), .string("Grüße 🌍\u{0}"), .string(String(repeating: "x", count: 32767)),
        .timestamp(millisecondsSince1970: .min), .timestamp(millisecondsSince1970: -1),
        .timestamp(millisecondsSince1970: .max),
        .uuid(UUIDBytes(high: .max, low: 0)), .uuid(UUIDBytes(high: 1, low: .max - 1)),
    ]

    @Test(arguments: values)
    func comesBackAsItWas(_ value: HeaderValue) throws {
        let message = try Message(headers: [Header(name: "name", value: value)], payload: [])
        let decoded = try #require(try decodeAll(message.encoded()).first)
        #expect(decoded.headers["name"] == value)
        #expect(decoded.headers["nam"] == nil)
        var output: [UInt8] = []
        try MessageEncoder.append(to: &output) {
            $0.append("name", value)
        } payload: { _ in
        }
        #expect(output == message.encoded())
    }

    @Test
    func allTogetherInOrder() throws {
        let headers = Self.values.enumerated().map { Header(name: "h\($0.offset)", value: $0.element) }
        let decoded = try #require(try decodeAll(Message(headers: headers, payload: [1]).encoded()).first)
        #expect(Array(decoded.headers) == headers)
        #expect(decoded.headers.count == headers.count)
        var raw: [HeaderValue] = []
        decoded.headers.forEachRaw { raw.append(HeaderValue($0.value)) }
        #expect(raw == Self.values)
    }

    @Test
    func longestName() throws {
        let name = String(repeating: "n", count: 255)
        let message = try Message(headers: [Header(name: name, value: .bool(true))], payload: [])
        #expect(try decodeAll(message.encoded()).first?.headers[name] == .bool(true))
    }

    /// Longer values than are ever written are read all the same.
    @Test
    func longestValueRead() throws {
        let value = [UInt8](repeating: 120, count: 65535)
        let decoded = try #require(try decodeAll(frame(headers: [1, 97, 7, 255, 255] + value)).first)
        #expect(decoded.headers["a"] == .string(String(repeating: "x", count: 65535)))
    }

    @Test
    func firstOfDuplicatesCounts() throws {
        let headers = [
            Header(name: "a", value: .int32(1)), Header(name: "b", value: .int32(2)),
            Header(name: "a", value: .int32(3)),
        ]
        let message = try Message(headers: headers, payload: [])
        #expect(message.headers["a"] == .int32(1))
        #expect(Array(message.headers) == headers)
    }

    @Test
    func malformedTextIsRepaired() throws {
        let decoded = try #require(try decodeAll(frame(headers: [1, 0xff, 7, 0, 2, 0xc3, 0x41])).first)
        #expect(Array(decoded.headers) == [Header(name: "\u{fffd}", value: .string("\u{fffd}A"))])
        #expect(decoded.encoded() == frame(headers: [1, 0xff, 7, 0, 2, 0xc3, 0x41]))
    }

    @Test
    func emptyNameIsRead() throws {
        let decoded = try #require(try decodeAll(frame(headers: [0, 0])).first)
        #expect(decoded.headers[""] == .bool(true))
    }

    @Test
    func rawValuesCanBeFoundAgain() throws {
        // The second message of a stream, so that its bytes do not begin where the buffer does.
        let decoded = try decodeAll(frame(payload: [1, 2]) + GoldenFrame.named("event").bytes)[1]
        var text: Range<Int>?
        decoded.headers.forEachRaw { header in
            guard header.isNamed("service-model-type"), case .string(let raw, at: let place) = header.value else {
                return
            }
            let bytes = raw.withUnsafeBufferPointer { Array($0) }
            #expect(isEqual(bytes, "aws.greengrass#IoTCoreMessage"))
            #expect(!isEqual(bytes, "aws.greengrass#IoTCoreMessagf"))
            #expect(!isEqual(bytes, "bws.greengrass#IoTCoreMessage"))
            text = place
        }
        let place = try #require(text)
        #expect(decoded.headers.string(at: place) == "aws.greengrass#IoTCoreMessage")
        #expect(decoded.headers.bytes(at: place) == Array("aws.greengrass#IoTCoreMessage".utf8)[...])
    }

    @Test
    func comparesTextsOfEveryLength() {
        let texts: [StaticString] = [
            "", "a", "ab", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghijklmnop", "abcdefghijklmnopq",
        ]
        for text in texts {
            var bytes = text.withUTF8Buffer { Array($0) }
            #expect(isEqual(bytes, text))
            for index in bytes.indices {
                bytes[index] ^= 1
                #expect(!isEqual(bytes, text))
                bytes[index] ^= 1
            }
            bytes.append(0)
            #expect(!isEqual(bytes, text))
        }
    }

    @Test
    func walkCanStopWithAnError() throws {
        struct Enough: Error {}
        let message = try #require(try decodeAll(GoldenFrame.named("event").bytes).first)
        var seen = 0
        #expect(throws: Enough.self) {
            try message.headers.forEachRaw { _ throws(Enough) in
                seen += 1
                throw Enough()
            }
        }
        #expect(seen == 1)
    }
}

/// Apart, since `#expect` cannot take a span to pieces.
private func isEqual(_ bytes: [UInt8], _ text: StaticString) -> Bool {
    bytes.span.isEqual(to: text)
}

@Suite(.timeLimit(.minutes(1)))
struct UUIDBytesTests {
    @Test
    func textAndBytes() throws {
        let uuid = try #require(UUIDBytes(1...16))
        #expect(uuid.description == "01020304-0506-0708-090a-0b0c0d0e0f10")
        #expect(UUIDBytes(uuid.description.uppercased()) == uuid)
        #expect(uuid.bytes == Array(1...16))
        #expect(UUIDBytes(1...15) == nil)
        #expect(UUIDBytes(1...17) == nil)
    }

    @Test(arguments: [
        "", "01020304-0506-0708-090a-0b0c0d0e0f1", "01020304-0506-0708-090a-0b0c0d0e0f1g",
        "0102030405060708090a0b0c0d0e0f10",
        "01020304-0506-0708-090a-0b0c0d0e0f100", "01020304_0506-0708-090a-0b0c0d0e0f10",
        "٠1020304-0506-0708-090a-0b0c0d0e0f1",
    ])
    func refusesOtherText(_ text: String) {
        #expect(UUIDBytes(text) == nil)
    }
}
