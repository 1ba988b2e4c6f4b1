// SPDX-License-Identifier: Apache-2.0

import EventReactor
import EventStream
import GreengrassIPC

@testable import GreengrassIPCTesting

/// What somebody hostile makes of a good session.
enum Mutations {
    /// What a recorded client sent, with a token that the nucleus under test knows.
    static func session(_ name: String, token: String) throws -> [[UInt8]] {
        try Recordings.load(name).entries.compactMap { entry in
            guard entry.sender == .client, case .message(let bytes) = entry.content else { return nil }
            return isConnect(bytes) ? ClientFrame.connect(token) : bytes
        }
    }

    private static func isConnect(_ bytes: [UInt8]) -> Bool {
        message(bytes)?.headers[":message-type"] == .int32(4)
    }

    private static func message(_ bytes: [UInt8]) -> Message? {
        var decoder = MessageDecoder()
        decoder.append(bytes)
        return try? decoder.next()
    }

    /// The session with one bit of one message turned over: one for each byte, the bits taking turns.
    static func bitFlips(_ session: [[UInt8]]) -> [[UInt8]] {
        var all: [[UInt8]] = []
        for (number, frame) in session.enumerated() {
            for place in frame.indices {
                var broken = session
                broken[number][place] ^= 1 << UInt8((place + number) % 8)
                all.append(Array(broken.joined()))
            }
        }
        return all
    }

    /// The session up to every byte of it.
    static func truncations(_ session: [[UInt8]]) -> [[UInt8]] {
        let bytes = Array(session.joined())
        return bytes.indices.map { Array(bytes.prefix($0)) }
    }

    /// Messages whose checksums are right and whose lengths are not, with bytes after them.
    static let lengths: [[UInt8]] = {
        let interesting: [UInt32] = [
            0, 1, 11, 12, 15, 16, 17, 255, 10_012, 10_013, 0xFFFF, 0x1_0000, 24 << 20, (24 << 20) + 1, 0x7FFF_FFFF,
            0x8000_0000, 0xFFFF_FFEF, 0xFFFF_FFFF,
        ]
        return interesting.flatMap { total in
            interesting.map { RawFrame.prelude(total: total, headers: $0) + [UInt8](repeating: 0xA5, count: 64) }
        }
    }()

    /// Whole messages, checksums and all, with one header changed in every way there is.
    static func headers(_ frame: [UInt8]) -> [[UInt8]] {
        guard let message = message(frame) else { return [] }
        let headers = Array(message.headers)
        let values: [HeaderValue] = [
            .bool(true), .bool(false), .int8(-1), .int16(.min), .int32(.min), .int32(-1), .int32(0), .int32(2),
            .int32(.max), .int64(.max), .bytes([]), .bytes([UInt8](repeating: 0, count: 40)), .string(""),
            .string("\u{0}\u{FFFD}"), .string(String(repeating: "h", count: 32_767)),
            .timestamp(millisecondsSince1970: .min),
        ]
        var all: [[Header]] = []
        for index in headers.indices {
            for value in values {
                var copy = headers
                copy[index].value = value
                all.append(copy)
            }
            for name in ["", "x", ":", ":MESSAGE-TYPE", String(repeating: "n", count: 255)] {
                var copy = headers
                copy[index].name = name
                all.append(copy)
            }
            all.append(headers.enumerated().filter { $0.offset != index }.map(\.element))
            all.append(headers + [headers[index]])
            all.append([headers[index]] + headers)
        }
        all.append([])
        all.append((0..<300).map { Header(name: "h\($0)", value: .int32(Int32($0))) } + headers)
        let payload = Array(message.payload)
        return all.compactMap { (try? Message(headers: $0, payload: payload))?.encoded() }
    }

    /// Whole messages, checksums and all, whose header block is nothing, half of something or nonsense.
    static func headerGarbage(_ frame: [UInt8], seed: UInt64) -> [[UInt8]] {
        var random = SeededRandom(seed: seed)
        let block = RawFrame.headerBlock(of: frame)
        var blocks: [[UInt8]] = [
            [0], [0xFF], [1, 0x41], [1, 0x41, 7], [1, 0x41, 7, 0xFF, 0xFF], [1, 0x41, 10], [0, 4],
        ]
        for count in block.indices { blocks.append(Array(block.prefix(count))) }
        for _ in 0..<300 {
            var copy = block
            for _ in 0...Int.random(in: 0...3, using: &random) where !copy.isEmpty {
                copy[Int.random(in: copy.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            blocks.append(copy)
        }
        return blocks.map { RawFrame.make(headers: $0, payload: Array("{}".utf8)) }
    }

    /// Payloads that are no request of anybody.
    static let payloads: [String] = [
        "", " ", "null", "[]", "7", "\"\"", "true", "{", "}", "{\"", "{\"a\":}", "{\"a\":1,}", "{\"a\":1}{\"b\":2}",
        "{\"topicName\":\"a\",\"topicName\":\"b\"}", "\u{FEFF}{}", "{\"a\":1e999}", "{\"a\":-0}", "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\u0000\"}", "{\"a\":99999999999999999999999999}", "NaN", "{'a':1}",
        String(repeating: "[", count: 3000), String(repeating: "{\"a\":", count: 1500),
        "{\"a\":" + String(repeating: "[", count: 900) + String(repeating: "]", count: 900) + "}",
    ]

    /// Values that a member of a request is not meant to have.
    static let values: [String] = [
        "null", "true", "-1", "0", "1e308", "9223372036854775807", "18446744073709551616", "0.5", "\"\"", "\"x\"",
        "\"////////////////\"", "\"+/#\"", "\"$aws/#\"", "[]", "[null]", "[[\"a\"],{}]", "{}", "{\"a\":null}",
        "{\"jsonMessage\":{},\"binaryMessage\":{}}", "{\"jsonMessage\":{\"message\":[]}}", "\"=\"", "\"====\"",
        "\"\(String(repeating: "y", count: 2000))\"",
    ]
}
