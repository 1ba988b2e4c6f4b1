// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPCTesting

/// Finds the frames in the bytes that one side sent on one connection.
struct FrameStream {
    private var decoder = MessageDecoder()
    private var count = 0
    private var offset: UInt64 = 0
    private let connection: Int?
    private let sender: RecordedSession.Sender?

    init(connection: Int? = nil, sender: RecordedSession.Sender? = nil) {
        self.connection = connection
        self.sender = sender
    }

    /// How many frames were whole.
    var frameCount: Int { count }

    /// Whether bytes begin like a frame: enough of them, and the checksum of the lengths is right.
    static func begins(_ bytes: some Collection<UInt8>) -> Bool {
        guard bytes.count >= 12 else { return false }
        var decoder = MessageDecoder()
        decoder.append(bytes.prefix(12))
        do {
            return try decoder.next() == nil
        } catch {
            return false
        }
    }

    /// Adds bytes; appends the frames that are whole now.
    mutating func append(
        _ bytes: some Sequence<UInt8>,
        milliseconds: Double? = nil,
        to items: inout [Capture.Item]
    ) throws(Capture.Failure) {
        decoder.append(bytes)
        do {
            while let message = try decoder.next() {
                items.append(
                    Capture.Item(
                        connection: connection,
                        sender: sender ?? message.likelySender,
                        milliseconds: milliseconds,
                        offset: offset,
                        content: .message(message)
                    )
                )
                count += 1
                offset += UInt64(message.encodedByteCount)
            }
        } catch {
            throw failure(error)
        }
    }

    /// Says that no more bytes come.
    func finish() throws(Capture.Failure) {
        do {
            try decoder.finish()
        } catch {
            throw failure(error)
        }
    }

    private func failure(_ error: EventStreamError) -> Capture.Failure {
        var place = ""
        if let connection { place += " of connection \(connection)" }
        if let sender { place += " from the \(sender.rawValue)" }
        return Capture.Failure(description: "frame \(count + 1)\(place) at byte \(offset): \(error)")
    }
}
