// SPDX-License-Identifier: Apache-2.0

import EventStream
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SmokeTests {
    @Test
    func smallestFrame() throws {
        let bytes: [UInt8] = [0, 0, 0, 16, 0, 0, 0, 0, 0x05, 0xc2, 0x48, 0xeb, 0x7d, 0x98, 0xc8, 0xff]
        let message = try Message(headers: [], payload: [])
        #expect(message.encoded() == bytes)
        var decoder = MessageDecoder()
        decoder.append(bytes)
        #expect(try decoder.next() == message)
        #expect(try decoder.next() == nil)
        var output: [UInt8] = []
        try MessageEncoder.append(to: &output) { writer in
            writer.int32(":stream-id", 1)
            writer.string("operation", "x")
        } payload: {
            $0.append(1)
        }
        decoder.append(output)
        let second = try #require(try decoder.next())
        #expect(second.headers[":stream-id"] == .int32(1))
        #expect(second.headers["operation"] == .string("x"))
        #expect(second.encoded() == output)
        second.headers.forEachRaw { header in
            if header.isNamed(":stream-id"), case .int32(let id) = header.value { #expect(id == 1) }
        }
    }
}
