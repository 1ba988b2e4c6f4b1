// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPCTesting

/// Cuts what one side of a connection sends into what a recording holds of it.
struct RecordedSide {
    private var decoder = MessageDecoder()
    /// What has come and is in no entry yet.
    private var pending: [UInt8] = []
    private var isBroken = false

    /// What is to be written down now. After bytes that are no message all others are none either.
    mutating func received(_ bytes: some Collection<UInt8>) -> [RecordedSession.Content] {
        guard !isBroken else { return [.partial(Array(bytes))] }
        decoder.append(bytes)
        pending += bytes
        var contents: [RecordedSession.Content] = []
        do {
            while let message = try decoder.next() {
                contents.append(.message(Array(pending.prefix(message.encodedByteCount))))
                pending.removeFirst(message.encodedByteCount)
            }
        } catch {
            isBroken = true
            contents.append(.partial(pending))
            pending = []
        }
        return contents
    }

    /// The side closed.
    mutating func ended() -> [RecordedSession.Content] {
        defer { pending = [] }
        return (pending.isEmpty ? [] : [.partial(pending)]) + [.endOfFile]
    }
}

extension Redaction {
    /// An entry's content without its secrets. What is no message cannot be looked into and is left out.
    mutating func redacted(_ content: RecordedSession.Content) -> RecordedSession.Content {
        switch content {
        case .message(let bytes):
            var decoder = MessageDecoder()
            decoder.append(bytes)
            guard let message = try? decoder.next() else { return .omitted(bytes.count) }
            return .message(redacted(message).encoded())
        case .partial(let bytes): return .omitted(bytes.count)
        case .endOfFile, .omitted: return content
        }
    }
}
