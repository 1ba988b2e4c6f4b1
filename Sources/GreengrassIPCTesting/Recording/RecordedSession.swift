// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC

/// What went over the wire between clients and a nucleus, as an `.ndjson` file tells it.
///
/// One JSON object a line: `ms` since that client connected, `connection` (a number), `from` (`client` or `server`),
/// and one of `hex` (a whole message), `eof` (that side closed), `partial` (bytes that are no whole message) and
/// `omitted` (how many bytes a message had that was left out). `probe` names the case. Other members are ignored.
public struct RecordedSession: Sendable, Hashable {
    /// Everything, in the order of the file.
    public var entries: [Entry]

    /// One line.
    public struct Entry: Sendable, Hashable {
        /// Milliseconds since the client connected.
        public var milliseconds: Double
        /// The number of the connection.
        public var connection: Int
        /// Whose it is.
        public var sender: Sender
        /// What it is.
        public var content: Content
        /// What the recording calls this case, if it does.
        public var label: String?

        /// An entry of a session.
        ///
        /// - Parameters:
        ///   - milliseconds: since the client connected.
        ///   - connection: the number of the connection.
        ///   - sender: whose it is.
        ///   - content: what it is.
        ///   - label: what the recording calls this case.
        public init(
            milliseconds: Double,
            connection: Int,
            sender: Sender,
            content: Content,
            label: String? = nil
        ) {
            self.milliseconds = milliseconds
            self.connection = connection
            self.sender = sender
            self.content = content
            self.label = label
        }
    }

    /// One of the two sides.
    public enum Sender: String, Sendable, Hashable {
        /// The component.
        case client
        /// The nucleus.
        case server
    }

    /// What one side did.
    public enum Content: Sendable, Hashable {
        /// One whole message.
        case message([UInt8])
        /// It closed.
        case endOfFile
        /// Bytes that are no whole message.
        case partial([UInt8])
        /// A message of so many bytes that was left out of the file.
        case omitted(Int)
    }

    /// A session made of entries.
    public init(entries: [Entry]) {
        self.entries = entries
    }

    /// The connections, in the order in which they first occur.
    public var connections: [Int] {
        var seen: Set<Int> = []
        return entries.map(\.connection).filter { seen.insert($0).inserted }
    }

    /// What happened on one connection, in the order of time.
    ///
    /// The two directions were noted down independently, so the file's order can be wrong by a hair where the times
    /// are right.
    public func entries(of connection: Int) -> [Entry] {
        entries.filter { $0.connection == connection }.enumerated()
            .sorted { ($0.element.milliseconds, $0.offset) < ($1.element.milliseconds, $1.offset) }
            .map(\.element)
    }

    /// The token that the client used on a connection; `nil` if it sent none.
    public func token(of connection: Int) -> String? {
        for entry in entries(of: connection) where entry.sender == .client {
            guard case .message(let bytes) = entry.content, let message = decode(bytes),
                message.headers[":message-type"] == .int32(MessageType.connect)
            else { continue }
            return (try? JSONValue(jsonBytes: message.payload))?["authToken"]?.stringValue
        }
        return nil
    }
}

/// A line of a recording that is not what it should be.
public struct RecordingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The number of the line, from 1.
    public var line: Int
    /// What is wrong with it.
    public var message: String

    /// The line and what is wrong with it.
    public var description: String { "line \(line): \(message)" }
}

/// The one message in `bytes`; `nil` if they are something else.
func decode(_ bytes: some Collection<UInt8>) -> Message? {
    var decoder = MessageDecoder()
    decoder.append(bytes)
    guard let message = try? decoder.next(), decoder.bufferedByteCount == 0 else { return nil }
    return message
}
