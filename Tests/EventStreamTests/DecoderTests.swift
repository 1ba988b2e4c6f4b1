// SPDX-License-Identifier: Apache-2.0

import EventStream
import Testing

@Suite(.timeLimit(.minutes(1)))
struct DecoderTests {
    private static let session = GoldenFrame.all.flatMap(\.bytes)

    private func encoded(_ messages: [Message]) -> [UInt8] {
        messages.flatMap { $0.encoded() }
    }

    @Test
    func severalFramesInOneRead() throws {
        let messages = try decodeAll(Self.session)
        #expect(messages.count == GoldenFrame.all.count)
        #expect(encoded(messages) == Self.session)
    }

    @Test
    func everySplitInTwo() throws {
        for split in 0...Self.session.count {
            var decoder = MessageDecoder()
            var output: [UInt8] = []
            for part in [Self.session[..<split], Self.session[split...]] {
                decoder.append(part.span)
                while let message = try decoder.next() { message.encode(to: &output) }
            }
            #expect(output == Self.session, "split at \(split)")
            try decoder.finish()
        }
    }

    @Test(arguments: [1, 2, 3, 7, 13, 64, 500])
    func piecesOfOneSize(_ size: Int) throws {
        var decoder = MessageDecoder()
        var output: [UInt8] = []
        for start in stride(from: 0, to: Self.session.count, by: size) {
            let piece = Self.session[start..<min(start + size, Self.session.count)]
            decoder.append(capacity: 1000) { buffer in
                buffer.copyBytes(from: piece)
                return piece.count
            }
            while let message = try decoder.next() { message.encode(to: &output) }
        }
        #expect(output == Self.session)
        #expect(decoder.bufferedByteCount == 0)
    }

    @Test
    func countsWhatWaits() throws {
        var decoder = MessageDecoder()
        decoder.append(frame(payload: [1, 2, 3]) + [0, 0])
        #expect(decoder.bufferedByteCount == 21)
        _ = try decoder.next()
        #expect(decoder.bufferedByteCount == 2)
        #expect(try decoder.next() == nil)
        #expect(decoder.bufferedByteCount == 2)
    }

    @Test
    func readThatThrowsAddsNothing() throws {
        struct ReadFailed: Error {}
        var decoder = MessageDecoder()
        let bytes = frame(payload: [1])
        decoder.append(bytes[..<5])
        #expect(throws: ReadFailed.self) {
            try decoder.append(capacity: 64) { buffer in
                buffer.copyBytes(from: [9, 9, 9])
                throw ReadFailed()
            }
        }
        decoder.append(bytes[5...])
        #expect(try decoder.next()?.payload == [1])
    }

    /// Messages share the decoder's buffer, which must not change under them.
    @Test
    func keptMessagesStayIntact() throws {
        var generator = SeededGenerator(seed: 3)
        var decoder = MessageDecoder()
        var kept: [Message] = []
        var expected: [[UInt8]] = []
        var waiting: [UInt8] = []
        for _ in 0..<300 {
            let payload = generator.bytes(Int.random(in: 0...400, using: &generator))
            let bytes = try Message(headers: [Header(name: "n", value: .bytes(payload))], payload: payload).encoded()
            expected.append(bytes)
            waiting += bytes
            let count = Int.random(in: 0...waiting.count, using: &generator)
            decoder.append(waiting[..<count])
            waiting.removeFirst(count)
            while let message = try decoder.next() {
                kept.append(message)
            }
            // Now and then all are dropped, so that the buffer is now shared and now not.
            if kept.count > 20, Bool.random(using: &generator) {
                #expect(kept.map { $0.encoded() } == Array(expected[..<kept.count]))
                expected.removeFirst(kept.count)
                kept = []
            }
        }
        decoder.append(waiting)
        while let message = try decoder.next() { kept.append(message) }
        #expect(kept.map { $0.encoded() } == expected)
    }

    @Test
    func payloadIsNotCopied() throws {
        var decoder = MessageDecoder()
        decoder.append(frame(payload: [UInt8](repeating: 1, count: 1000)) + frame(payload: [2]))
        let first = try #require(try decoder.next())
        let second = try #require(try decoder.next())
        let distance = first.payload.withUnsafeBytes { one in
            second.payload.withUnsafeBytes { two in two.baseAddress.map { $0 - (one.baseAddress ?? $0) } }
        }
        #expect(distance == 1016)
    }

    /// A copy of every byte for each piece would take minutes.
    @Test(arguments: [1, 4096, 65536])
    func bigFrameInSmallPieces(_ size: Int) throws {
        let payload = [UInt8](repeating: 7, count: size == 1 ? 1 << 20 : 20 << 20)
        let bytes = try Message(headers: [], payload: payload).encoded()
        var decoder = MessageDecoder()
        decoder.append(frame(payload: [1]))
        let kept = try decoder.next()
        var result: Message?
        for start in stride(from: 0, to: bytes.count, by: size) {
            bytes.withUnsafeBytes { source in
                decoder.append(capacity: size) { buffer in
                    let piece = UnsafeRawBufferPointer(rebasing: source[start..<min(start + size, bytes.count)])
                    buffer.copyMemory(from: piece)
                    return piece.count
                }
            }
            if let message = try decoder.next() { result = message }
        }
        #expect(result?.payload.count == payload.count)
        #expect(result?.payload == payload[...])
        #expect(kept?.payload == [1])
    }

    @Test
    func randomBytesNeverCrash() {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<2000 {
            let count = Int.random(in: 0...200, using: &generator)
            _ = decodingError(generator.bytes(count))
        }
    }

    /// Right checksums around random headers, so that the header reader sees anything.
    @Test
    func randomHeadersNeverCrash() throws {
        var generator = SeededGenerator(seed: 5)
        var good = 0
        for _ in 0..<20000 {
            // Small numbers are likely, for otherwise nearly all would fail at the first header.
            let count = Int.random(in: 0...24, using: &generator)
            let headers = generator.bytes(count).map { $0 & ($0 < 240 ? 7 : 255) }
            let bytes = frame(headers: headers, payload: [1, 2])
            do throws(EventStreamError) {
                let message = try decodeAll(bytes)[0]
                #expect(message.encoded() == bytes)
                #expect(Array(message.headers).count == message.headers.count)
                good += 1
            } catch {
                #expect((12...UInt64(12 + count)).contains(error.offset))
            }
        }
        #expect(good > 500)
    }

    /// Good frames with bytes overwritten, dropped or doubled, in pieces of any size.
    @Test
    func damagedStreamsNeverCrash() {
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<300 {
            var bytes = Self.session
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch generator.next() % 3 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
                case 1: bytes.remove(at: place)
                default: bytes.insert(bytes[place], at: place)
                }
            }
            var decoder = MessageDecoder()
            while !bytes.isEmpty {
                let count = min(bytes.count, Int.random(in: 1...300, using: &generator))
                decoder.append(bytes[..<count])
                bytes.removeFirst(count)
                while let message = try? decoder.next() {
                    #expect(Array(message.headers).count == message.headers.count)
                }
            }
        }
    }
}
