// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Foundation
import GreengrassIPC
import Testing

@Suite("JSON properties", .timeLimit(.minutes(1)))
struct JSONPropertyTests {
    @Test(
        "What is written, Foundation reads as the same; what Foundation writes, reads as the same",
        arguments: 0..<200
    )
    func againstFoundation(seed: UInt64) throws {
        var generator = SeededRandom(seed: seed)
        let value = randomValue(depth: 5, using: &generator)
        for escaping in [JSONWriter.Escaping.standard, .html] {
            let bytes = try value.jsonBytes(escaping: escaping)
            #expect(try JSONValue(jsonBytes: bytes) == value)
            let object = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            let theirs = try JSONSerialization.data(
                withJSONObject: object,
                options: [.fragmentsAllowed, .prettyPrinted]
            )
            #expect(try JSONValue(jsonBytes: theirs) == value)
        }
    }

    @Test("Writing is deterministic and reading it changes nothing", arguments: 200..<300)
    func stable(seed: UInt64) throws {
        var generator = SeededRandom(seed: seed)
        let bytes = try randomValue(depth: 6, using: &generator).jsonBytes()
        #expect(try JSONValue(jsonBytes: bytes).jsonBytes() == bytes)
    }

    @Test("No prefix of an object is an object", arguments: 300..<330)
    func truncations(seed: UInt64) throws {
        var generator = SeededRandom(seed: seed)
        let value: JSONValue = ["value": randomValue(depth: 4, using: &generator)]
        let bytes = try value.jsonBytes(escaping: .html)
        for length in 0..<bytes.count {
            #expect(throws: JSONError.self) { try JSONValue(jsonBytes: bytes[..<length]) }
            #expect(throws: JSONError.self) { try skip(Array(bytes[..<length])) }
        }
    }

    @Test("No prefix of an event is an event")
    func truncatedEvent() throws {
        let bytes = Array(Self.event.utf8)
        #expect(throws: Never.self) { try ExampleIoTCoreMessage(jsonBytes: bytes) }
        for length in 0..<bytes.count {
            #expect(throws: JSONError.self) { try ExampleIoTCoreMessage(jsonBytes: bytes[..<length]) }
        }
    }

    @Test("Flipped bits end in a value or an error; reading and skipping agree on the grammar", arguments: 0..<40)
    func bitFlips(seed: UInt64) throws {
        var generator = SeededRandom(seed: seed)
        let original = Array(Self.event.utf8)
        for _ in 0..<500 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^=
                    1 << UInt8.random(in: 0..<8, using: &generator)
            }
            let value = try? JSONValue(jsonBytes: bytes)
            if (try? skip(bytes)) == nil {
                #expect(value == nil)
                #expect(throws: JSONError.self) { try ExampleIoTCoreMessage(jsonBytes: bytes) }
            } else if let value {
                #expect(try JSONValue(jsonBytes: try value.jsonBytes()) == value)
            }
            _ = try? ExampleIoTCoreMessage(jsonBytes: bytes)
        }
    }

    @Test("Random bytes end in a value or an error", arguments: 0..<20)
    func noise(seed: UInt64) {
        var generator = SeededRandom(seed: seed)
        let alphabet = Array("{}[]\",:\\u0de1-.+ \ntrufalsn".utf8) + [0xFF, 0xC3, 0xE2, 0]
        for _ in 0..<2000 {
            let count = Int.random(in: 0...24, using: &generator)
            let bytes = (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
            let isValid = (try? JSONValue(jsonBytes: bytes)) != nil
            #expect(!isValid || (try? skip(bytes)) != nil)
        }
    }

    private static let event = #"""
        {"message":{"topicName":"a\/b","payload":"aGVsbG8sIHdvcmxkISE\u003d","retain":true,"payloadFormat":"1",
        "userProperties":[{"key":"k","value":"é"},{"key":"\ud83d\ude00"}],"messageExpiryIntervalSeconds":2.5E1,
        "correlationData":"AAEC","responseTopic":null,"more":[1,-0.5,false,{}]}}
        """#

    private func skip(_ bytes: [UInt8]) throws {
        var reader = JSONReader(bytes.span)
        try reader.skipValue()
        try reader.finish()
    }

    private func randomValue(depth: Int, using generator: inout SeededRandom) -> JSONValue {
        switch Int.random(in: 0..<(depth == 0 ? 6 : 9), using: &generator) {
        case 0: return nil
        case 1: return .bool(.random(using: &generator))
        case 2:
            return .integer(Int64(truncatingIfNeeded: generator.next() >> UInt64.random(in: 0..<64, using: &generator)))
        case 3: return .double(Double(Int64.random(in: -1_000_000...1_000_000, using: &generator)) / 64)
        case 4, 5: return .string(randomString(using: &generator))
        case 6:
            let count = Int.random(in: 0..<5, using: &generator)
            return .array((0..<count).map { _ in randomValue(depth: depth - 1, using: &generator) })
        default:
            var object: [String: JSONValue] = [:]
            for _ in 0..<Int.random(in: 0..<5, using: &generator) {
                object[randomString(using: &generator)] = randomValue(depth: depth - 1, using: &generator)
            }
            return .object(object)
        }
    }

    /// No combining characters, so that equality is the same as equality of code points.
    private func randomString(using generator: inout SeededRandom) -> String {
        let ranges: [ClosedRange<UInt32>] = [
            0...0x7F, 0x20...0x7E, 0x2020...0x202F, 0x4E00...0x9FFF, 0x1F600...0x1F64F,
        ]
        var string = ""
        for _ in 0..<Int.random(in: 0..<20, using: &generator) {
            let range = ranges[Int.random(in: 0..<ranges.count, using: &generator)]
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) {
                string.unicodeScalars.append(scalar)
            }
        }
        return string
    }
}
