// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC

/// How what a server answered on one connection compares with a recording.
///
/// The messages of each stream are compared in their order; how streams interleave is left to chance with every
/// nucleus. So is how often a change of configuration is told and in what order, so of those events each counts once.
package struct Verdict: Sendable, Hashable {
    /// The number of the connection in the recording.
    package var connection: Int
    /// What the recording calls it.
    package var label: String?
    /// How many messages of the server were compared.
    package var compared: Int
    package var differences: [Difference] = []

    /// One thing that is not as it was recorded.
    package struct Difference: Sendable, Hashable, CustomStringConvertible {
        package var kind: Kind
        /// The stream; 0 for the connection itself.
        package var stream: Int32
        /// What differs, without what may be secret.
        package var text: String

        package enum Kind: String, Sendable, Hashable {
            case missing
            case unexpected
            case differs
            case end
        }

        package var description: String { "stream \(stream): \(kind.rawValue): \(text)" }
    }

    init(recorded: [RecordedSession.Entry], answers: [Message], hasEnded: Bool, connection: Int) {
        self.connection = connection
        label = recorded.lazy.compactMap(\.label).first
        let expected = recorded.compactMap { entry -> Message? in
            guard entry.sender == .server, case .message(let bytes) = entry.content else { return nil }
            return decode(bytes)
        }
        compared = expected.count
        let wanted = Dictionary(grouping: expected, by: Self.stream)
        let got = Dictionary(
            grouping: Self.without(recorded.count(where: Self.isOmitted), of: answers),
            by: Self.stream
        )
        for stream in Set(wanted.keys).union(got.keys).sorted() {
            compare(Self.settled(wanted[stream] ?? []), Self.settled(got[stream] ?? []), on: stream)
        }
        let wasEnded = Self.isEnded(recorded, by: .server) || expected.contains(where: Self.isFatal)
        if wasEnded != hasEnded {
            let text =
                wasEnded ? "recorded the end of the connection, it lives" : "recorded a connection that lives, it ended"
            differences.append(Difference(kind: .end, stream: 0, text: text))
        }
    }

    private mutating func compare(_ recorded: [Message], _ actual: [Message], on stream: Int32) {
        for (was, now) in zip(recorded, actual) {
            let found = MessageComparison.differences(recorded: was, actual: now, of: .server)
            if !found.isEmpty {
                differences.append(
                    Difference(kind: .differs, stream: stream, text: found.joined(separator: "; "))
                )
            }
        }
        for message in recorded.dropFirst(actual.count) {
            differences.append(Difference(kind: .missing, stream: stream, text: Self.name(of: message)))
        }
        for message in actual.dropFirst(recorded.count) {
            differences.append(Difference(kind: .unexpected, stream: stream, text: Self.name(of: message)))
        }
    }

    /// The messages with each run of configuration events put into one order, and each of them once.
    private static func settled(_ messages: [Message]) -> [Message] {
        var settled: [Message] = []
        var run: [String: Message] = [:]
        func flush() {
            settled += run.sorted { $0.key < $1.key }.map(\.value)
            run = [:]
        }
        for message in messages {
            if message.headers["service-model-type"] == .string(NucleusMachine.configurationUpdateEvents) {
                run[String(decoding: message.payload, as: UTF8.self)] = message
            } else {
                flush()
                settled.append(message)
            }
        }
        flush()
        return settled
    }

    private static func isOmitted(_ entry: RecordedSession.Entry) -> Bool {
        guard entry.sender == .server, case .omitted = entry.content else { return false }
        return true
    }

    /// The messages without the largest ones: what a recording leaves out, it leaves out for its size.
    private static func without(_ count: Int, of messages: [Message]) -> [Message] {
        guard count > 0 else { return messages }
        let largest = messages.indices.sorted { messages[$0].encodedByteCount > messages[$1].encodedByteCount }
        let omitted = Set(largest.prefix(count))
        return messages.indices.filter { !omitted.contains($0) }.map { messages[$0] }
    }

    /// Whether that side was the first to close.
    private static func isEnded(_ entries: [RecordedSession.Entry], by sender: RecordedSession.Sender) -> Bool {
        entries.first { $0.content == .endOfFile }?.sender == sender
    }

    /// A refusal, PROTOCOL_ERROR and INTERNAL_ERROR end the connection, also where the recorded client was quicker.
    static func isFatal(_ message: Message) -> Bool {
        if message.headers[":message-type"] == .int32(MessageType.connectAck) {
            return message.headers[":message-flags"] == .int32(0)
        }
        return message.headers[":message-type"] == .int32(MessageType.protocolError)
            || message.headers[":message-type"] == .int32(MessageType.internalError)
    }

    private static func stream(of message: Message) -> Int32 {
        guard case .int32(let stream)? = message.headers[":stream-id"] else { return 0 }
        return stream
    }

    private static func name(of message: Message) -> String {
        if case .string(let shape)? = message.headers["service-model-type"] { return Operation.shortName(shape) }
        guard case .int32(let type)? = message.headers[":message-type"] else { return "a message" }
        return type == MessageType.applicationError ? "an error without a shape" : "a message of type \(type)"
    }
}
