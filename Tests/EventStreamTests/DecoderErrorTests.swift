// SPDX-License-Identifier: Apache-2.0

import EventStream
import Testing

@Suite(.timeLimit(.minutes(1)))
struct DecoderErrorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        var code: EventStreamError.Code
        var offset: UInt64
        var limits = MessageLimits.default
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "T = 0", bytes: frame(totalByteCount: 0), code: .frameTooShort, offset: 0),
        Case(name: "T = 12", bytes: Hex.bytes("0000000c00000000a0d23268"), code: .frameTooShort, offset: 0),
        Case(name: "T = 15", bytes: frame(totalByteCount: 15), code: .frameTooShort, offset: 0),
        Case(name: "T huge", bytes: frame(totalByteCount: 0x7fff_ffff), code: .frameTooLarge, offset: 0),
        Case(name: "T largest", bytes: frame(totalByteCount: 0xffff_ffff), code: .frameTooLarge, offset: 0),
        Case(name: "T over 24 MiB", bytes: frame(totalByteCount: 24 << 20 | 1), code: .frameTooLarge, offset: 0),
        Case(
            name: "H = T - 15",
            bytes: frame(payload: [1, 2], headerByteCount: 3),
            code: .headersLengthInvalid,
            offset: 4
        ),
        Case(name: "H > T", bytes: Hex.bytes("0000001400000008fe996619"), code: .headersLengthInvalid, offset: 4),
        Case(
            name: "H largest",
            bytes: frame(headerByteCount: 0xffff_ffff),
            code: .headersLengthInvalid,
            offset: 4
        ),
        Case(
            name: "prelude checksum",
            bytes: [UInt8](repeating: 0, count: 12),
            code: .preludeChecksumMismatch,
            offset: 8
        ),
        Case(
            name: "not event-stream",
            bytes: Array("GET / HTTP/1.1\r\n".utf8),
            code: .preludeChecksumMismatch,
            offset: 8
        ),
        Case(name: "type 10", bytes: frame(headers: [1, 97, 10]), code: .unknownHeaderType, offset: 14),
        Case(name: "type 255", bytes: frame(headers: [1, 97, 0, 1, 98, 255]), code: .unknownHeaderType, offset: 17),
        Case(name: "only a name length", bytes: frame(headers: [1]), code: .headerTruncated, offset: 12),
        Case(
            name: "name overruns",
            bytes: frame(headers: [200, 97], payload: [UInt8](repeating: 97, count: 300)),
            code: .headerTruncated,
            offset: 12
        ),
        Case(name: "no type", bytes: frame(headers: [1, 97], payload: [0]), code: .headerTruncated, offset: 12),
        Case(
            name: "int32 overruns",
            bytes: frame(headers: [1, 97, 4, 0, 0, 0], payload: [0]),
            code: .headerTruncated,
            offset: 15
        ),
        Case(
            name: "half a length",
            bytes: frame(headers: [1, 97, 7, 0], payload: [0]),
            code: .headerTruncated,
            offset: 15
        ),
        Case(
            name: "string overruns",
            bytes: frame(headers: [1, 97, 7, 0, 2, 98], payload: [98]),
            code: .headerTruncated,
            offset: 15
        ),
        Case(
            name: "uuid overruns",
            bytes: frame(headers: [1, 97, 9] + [UInt8](repeating: 1, count: 15)),
            code: .headerTruncated,
            offset: 15
        ),
        Case(
            name: "frame limit",
            bytes: frame(payload: [1]),
            code: .frameTooLarge,
            offset: 0,
            limits: MessageLimits(frameByteCount: 16)
        ),
        Case(
            name: "header block limit",
            bytes: frame(headers: [1, 97, 0, 1, 98, 0]),
            code: .headerBlockTooLarge,
            offset: 4,
            limits: MessageLimits(headerBlockByteCount: 5)
        ),
        Case(
            name: "header name limit",
            bytes: frame(headers: [1, 97, 0, 2, 98, 98, 0]),
            code: .headerNameTooLong,
            offset: 15,
            limits: MessageLimits(headerNameByteCount: 1)
        ),
        Case(
            name: "header value limit",
            bytes: frame(headers: [1, 97, 7, 0, 2, 98, 98]),
            code: .headerValueTooLong,
            offset: 15,
            limits: MessageLimits(headerValueByteCount: 1)
        ),
        Case(
            name: "header count limit",
            bytes: frame(headers: [1, 97, 0, 1, 98, 0, 1, 99, 1]),
            code: .tooManyHeaders,
            offset: 18,
            limits: MessageLimits(headerCount: 2)
        ),
        Case(
            name: "1025 headers",
            bytes: frame(headers: [UInt8](repeating: 0, count: 2 * 1025)),
            code: .tooManyHeaders,
            offset: 12 + 2 * 1024
        ),
    ]

    @Test(arguments: cases)
    func isFoundAtItsPlace(_ example: Case) {
        let error = decodingError(example.bytes, limits: example.limits)
        #expect(error?.code == example.code)
        #expect(error?.offset == example.offset)
    }

    /// Offsets count from the start of the stream, not of the frame.
    @Test(arguments: cases)
    func isFoundBehindOtherFrames(_ example: Case) throws {
        let before = frame()
        var decoder = MessageDecoder(limits: example.limits)
        for byte in before + before + example.bytes {
            decoder.append(CollectionOfOne(byte))
        }
        _ = try #require(try decoder.next())
        _ = try #require(try decoder.next())
        let error = #expect(throws: EventStreamError.self) { try decoder.next() }
        #expect(error?.code == example.code)
        #expect(error?.offset == UInt64(2 * before.count) + example.offset)
    }

    @Test
    func limitsThemselvesAreAllowed() throws {
        let headers: [UInt8] = [2, 97, 97, 7, 0, 2, 98, 98]
        let bytes = frame(headers: headers, payload: [1])
        let limits = MessageLimits(
            frameByteCount: bytes.count,
            headerBlockByteCount: headers.count,
            headerNameByteCount: 2,
            headerValueByteCount: 2,
            headerCount: 1
        )
        #expect(try decodeAll(bytes, limits: limits).count == 1)
        #expect(try decodeAll(frame(headers: [UInt8](repeating: 0, count: 2 * 1024))).first?.headers.count == 1024)
    }

    @Test
    func failsForGoodAfterAnError() throws {
        var decoder = MessageDecoder()
        decoder.append(frame() + frame(totalByteCount: 15) + frame())
        _ = try #require(try decoder.next())
        let first = try #require(throws: EventStreamError.self) { try decoder.next() }
        for _ in 0..<100 {
            decoder.append(frame())
            decoder.append(capacity: 100) { $0.count }
        }
        #expect(decoder.bufferedByteCount <= 100)
        #expect(throws: first) { try decoder.next() }
        #expect(throws: first) { try decoder.finish() }
    }

    /// Whichever bit is wrong, no message comes out.
    @Test(arguments: ["allTypes", "connect", "event", "empty"])
    func everyFlippedBitIsNoticed(_ name: String) {
        let bytes = GoldenFrame.named(name).bytes
        for bit in 0..<bytes.count * 8 {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            let error = decodingError(flipped)
            let expected: EventStreamError.Code = bit < 96 ? .preludeChecksumMismatch : .messageChecksumMismatch
            #expect(error?.code == expected, "bit \(bit)")
            #expect(error?.offset == (bit < 96 ? 8 : UInt64(bytes.count - 4)), "bit \(bit)")
        }
    }

    @Test
    func everyTruncationIsNoticed() throws {
        let bytes = frame() + GoldenFrame.named("allTypes").bytes
        for count in 0..<bytes.count where count != 0 && count != 16 {
            let error = decodingError(Array(bytes[..<count]))
            #expect(error?.code == .truncatedFrame, "\(count) bytes")
            #expect(error?.offset == UInt64(count))
        }
        try MessageDecoder().finish()
    }

    @Test
    func textsNameThePlaceAndNoContents() throws {
        let secret = Array("sesame".utf8)
        let error = try #require(decodingError(frame(headers: [1, 97, 7, 0, 9] + secret)))
        #expect(error.description.hasPrefix("headerTruncated at byte 15: "))
        #expect(!error.description.contains("sesame"))
    }
}
