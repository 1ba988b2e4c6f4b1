// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPCTesting

extension Capture {
    /// Reads a file of any of the forms that are known: a recording in `.ndjson`, the bytes themselves, what strace
    /// or tcpdump print, and hexadecimal digits with or without offsets and text beside them.
    init(_ bytes: [UInt8]) {
        do throws(Failure) {
            switch Form(of: bytes) {
            case .recording: try readRecording(bytes)
            case .bytes:
                var stream = FrameStream()
                try stream.append(bytes, to: &items)
                try stream.finish()
            case .strace: try readStrace(bytes)
            case .tcpdump: try readPackets(bytes)
            case .hex:
                var stream = FrameStream()
                try stream.append(try HexDump.bytes(bytes), to: &items)
                try stream.finish()
            }
        } catch {
            failure = error
        }
    }

    private enum Form {
        case recording, bytes, strace, tcpdump, hex

        init(of bytes: [UInt8]) {
            let isText = bytes.prefix(4096).allSatisfy { $0 >= 0x20 || $0 == 9 || $0 == 10 || $0 == 13 }
            guard isText else {
                self = .bytes
                return
            }
            let lines = bytes.prefix(64 * 1024).split(separator: UInt8(ascii: "\n"))
            if bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
                self = .recording
            } else if lines.contains(where: { StraceLine.isCall($0) }) {
                self = .strace
            } else if lines.contains(where: { HexDump.packetOffset(of: $0) != nil }) {
                self = .tcpdump
            } else {
                self = .hex
            }
        }
    }

    private mutating func readRecording(_ bytes: [UInt8]) throws(Failure) {
        let session: RecordedSession
        do throws(RecordingError) {
            session = try RecordedSession(ndjson: bytes)
        } catch {
            throw Failure(description: "\(error)")
        }
        var offsets: [Place: UInt64] = [:]
        for (index, entry) in session.entries.enumerated() {
            let place = Place(connection: entry.connection, sender: entry.sender)
            let offset = offsets[place, default: 0]
            switch entry.content {
            case .message(let bytes):
                do throws(EventStreamError) {
                    add(.message(try Self.message(bytes)), entry, offset)
                } catch {
                    add(.partial(bytes), entry, offset)
                    let place = "connection \(entry.connection), from the \(entry.sender.rawValue)"
                    failure = failure ?? Failure(description: "entry \(index + 1) (\(place)): \(error)")
                }
                offsets[place] = offset + UInt64(bytes.count)
            case .partial(let bytes):
                add(.partial(bytes), entry, offset)
                offsets[place] = offset + UInt64(bytes.count)
            case .endOfFile: add(.endOfFile, entry, offset)
            case .omitted(let count):
                add(.omitted(count), entry, offset)
                offsets[place] = offset + UInt64(count)
            }
        }
    }

    /// The one message in an entry's bytes.
    private static func message(_ bytes: [UInt8]) throws(EventStreamError) -> Message {
        var decoder = MessageDecoder()
        decoder.append(bytes)
        guard let message = try decoder.next() else {
            try decoder.finish()
            throw EventStreamError(code: .truncatedFrame, offset: 0, message: "there are no bytes")
        }
        try decoder.finish()
        return message
    }

    private struct Place: Hashable {
        var connection: Int
        var sender: RecordedSession.Sender
    }

    private mutating func add(_ content: Content, _ entry: RecordedSession.Entry, _ offset: UInt64) {
        items.append(
            Item(
                connection: entry.connection,
                sender: entry.sender,
                milliseconds: entry.milliseconds,
                offset: offset,
                content: content
            )
        )
    }

    private mutating func readStrace(_ bytes: [UInt8]) throws(Failure) {
        var trace = Strace()
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            trace.add(line, number: index + 1)
        }
        (items, failure) = trace.streams.finish()
    }

    private mutating func readPackets(_ bytes: [UInt8]) throws(Failure) {
        var dump = PacketDump()
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            try dump.add(line, number: index + 1)
        }
        (items, failure) = dump.finish()
    }
}
