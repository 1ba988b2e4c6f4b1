// SPDX-License-Identifier: Apache-2.0

import EventStream
import Testing

@Suite(.timeLimit(.minutes(1)))
struct EncoderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var headers: [Header]
        var payloadByteCount = 0
        var limits = MessageLimits.default
        var code: EventStreamError.Code
        var offset: UInt64
        var testDescription: String { name }
    }

    static let one = Header(name: "a", value: .bool(true))

    static let cases: [Case] = [
        Case(name: "empty name", headers: [one, Header(name: "", value: .int8(1))], code: .headerNameEmpty, offset: 3),
        Case(
            name: "long name",
            headers: [one, Header(name: String(repeating: "ü", count: 128), value: .int8(1))],
            code: .headerNameTooLong,
            offset: 3
        ),
        Case(
            name: "long string",
            headers: [Header(name: "s", value: .string(String(repeating: "x", count: 32768)))],
            code: .headerValueTooLong,
            offset: 0
        ),
        Case(
            name: "long bytes",
            headers: [Header(name: "s", value: .bytes([UInt8](repeating: 1, count: 70000)))],
            code: .headerValueTooLong,
            offset: 0
        ),
        Case(
            name: "name limit",
            headers: [Header(name: "abc", value: .bool(true))],
            limits: MessageLimits(headerNameByteCount: 2),
            code: .headerNameTooLong,
            offset: 0
        ),
        Case(
            name: "value limit",
            headers: [Header(name: "s", value: .string("abc"))],
            limits: MessageLimits(headerValueByteCount: 2),
            code: .headerValueTooLong,
            offset: 0
        ),
        Case(
            name: "count limit",
            headers: [one, one, one],
            limits: MessageLimits(headerCount: 2),
            code: .tooManyHeaders,
            offset: 6
        ),
        Case(
            name: "block limit",
            headers: [one, one],
            limits: MessageLimits(headerBlockByteCount: 5),
            code: .headerBlockTooLarge,
            offset: 3
        ),
    ]

    @Test(arguments: cases)
    func refusesAndLeavesTheOutputAlone(_ example: Case) {
        var output: [UInt8] = [1, 2, 3]
        let error = #expect(throws: EventStreamError.self) {
            try MessageEncoder.append(to: &output, limits: example.limits) { writer in
                for header in example.headers { writer.append(header) }
                writer.int32("later", 1)
            } payload: { output in
                output.append(1)
            }
        }
        #expect(error?.code == example.code)
        // From the start of the frame, whose first 12 bytes are no headers.
        #expect(error?.offset == 12 + example.offset)
        #expect(output == [1, 2, 3])

        let other = #expect(throws: EventStreamError.self) {
            try Message(headers: example.headers, payload: [], limits: example.limits)
        }
        #expect(other?.code == example.code)
        #expect(other?.offset == example.offset)
    }

    @Test
    func frameLimit() throws {
        let limits = MessageLimits(frameByteCount: 20)
        var output: [UInt8] = [9]
        try MessageEncoder.append(to: &output, limits: limits) { _ in
        } payload: {
            $0 += [1, 2, 3, 4]
        }
        let before = output
        let error = #expect(throws: EventStreamError.self) {
            try MessageEncoder.append(to: &output, limits: limits) { _ in
            } payload: {
                $0 += [1, 2, 3, 4, 5]
            }
        }
        #expect(error?.code == .frameTooLarge)
        #expect(output == before)
        #expect(try Message(headers: [], payload: [1, 2, 3, 4], limits: limits).encodedByteCount == 20)
        #expect(throws: EventStreamError.self) { try Message(headers: [], payload: [1, 2, 3, 4, 5], limits: limits) }
    }

    struct Refused: Error, Equatable {}

    @Test(arguments: [true, false])
    func callersErrorsComeThrough(_ inHeaders: Bool) {
        var output: [UInt8] = [1, 2, 3]
        var caught: MessageEncodingError<Refused>?
        do throws(MessageEncodingError<Refused>) {
            try MessageEncoder.append(to: &output) { writer throws(Refused) in
                writer.int32("a", 1)
                if inHeaders { throw Refused() }
            } payload: { output throws(Refused) in
                output.append(1)
                throw Refused()
            }
        } catch {
            caught = error
        }
        guard case .caller(Refused()) = caught else {
            Issue.record("not the caller's error: \(String(describing: caught))")
            return
        }
        #expect(output == [1, 2, 3])
    }

    @Test
    func writerTakesBytesAsTheyAre() throws {
        var output: [UInt8] = []
        let text = Array("Grüße".utf8)
        try MessageEncoder.append(to: &output) { writer in
            writer.string("a", utf8: text.span)
            writer.bytes("b", text.span)
            writer.string("c", "x" as StaticString)
            #expect(writer.count == 3)
        } payload: { output in
            output += text
        }
        let message = try #require(try decodeAll(output).first)
        #expect(message.headers["a"] == .string("Grüße"))
        #expect(message.headers["b"] == .bytes(text))
        #expect(message.headers["c"] == .string("x"))
        #expect(message.payload == text[...])
    }

    @Test
    func framesFollowOneAnother() throws {
        var output: [UInt8] = []
        for number in 0..<50 {
            try MessageEncoder.append(to: &output) {
                $0.int32("n", Int32(number))
            } payload: { output in
                output.append(contentsOf: repeatElement(UInt8(number), count: number * 10))
            }
        }
        let messages = try decodeAll(output)
        #expect(messages.map { $0.headers["n"] } == (0..<50).map { .int32($0) })
        #expect(messages.map(\.payload.count) == (0..<50).map { $0 * 10 })
    }
}
