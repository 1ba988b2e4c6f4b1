// SPDX-License-Identifier: Apache-2.0

import EventStream

/// Plays the server's side of one recorded connection, and watches whether the client does what was recorded.
///
/// What the server sent is sent as soon as the client has done everything that came before it in the recording.
struct SessionReplay: Sendable {
    private let entries: [RecordedSession.Entry]
    private var position = 0
    private(set) var departure: ReplayDeparture?

    enum Action: Sendable, Equatable {
        /// `milliseconds` is when it was sent in the recording, since the client connected.
        case send([UInt8], milliseconds: Double)
        case close
        /// The client does something else than was recorded; the replay is over.
        case departed(ReplayDeparture)
        /// Everything was as recorded.
        case finished
    }

    init(_ session: RecordedSession, connection: Int) {
        entries = session.entries(of: connection)
    }

    /// The client has connected: what the server says unasked.
    mutating func connected() -> [Action] { playServer() }

    mutating func received(_ message: Message) -> [Action] {
        guard departure == nil else { return [] }
        guard let entry = nextOfClient() else { return depart(["the client sends a message after the last recorded"]) }
        switch entry.content {
        case .message(let bytes):
            guard let recorded = decode(bytes) else { return depart(["the recorded bytes are no message"]) }
            let differences = MessageComparison.differences(recorded: recorded, actual: message)
            guard differences.isEmpty else { return depart(differences) }
        case .omitted(let count):
            guard message.encodedByteCount == count else {
                return depart(["recorded a message of \(count) bytes, got one of \(message.encodedByteCount)"])
            }
        case .endOfFile: return depart(["recorded the end of the connection, got a message"])
        case .partial: return depart(["recorded bytes that are no message, got a message"])
        }
        position += 1
        return playServer()
    }

    /// The client closed its side.
    mutating func endOfFile() -> [Action] {
        guard departure == nil, position < entries.count else { return [] }
        guard let entry = nextOfClient(), entry.content == .endOfFile else {
            return depart(["recorded \(described(entries[position])), got the end of the connection"])
        }
        position += 1
        return playServer()
    }

    /// The entry that the client is to make true, if it is the client's turn.
    private func nextOfClient() -> RecordedSession.Entry? {
        guard position < entries.count, entries[position].sender == .client else { return nil }
        return entries[position]
    }

    private mutating func playServer() -> [Action] {
        var actions: [Action] = []
        while position < entries.count, entries[position].sender == .server {
            let entry = entries[position]
            position += 1
            switch entry.content {
            case .message(let bytes), .partial(let bytes):
                actions.append(.send(bytes, milliseconds: entry.milliseconds))
            case .endOfFile: actions.append(.close)
            case .omitted: break
            }
        }
        // A client's own end after the server's needs no waiting for.
        let isOver = entries[position...].allSatisfy { $0.content == .endOfFile } && actions.contains(.close)
        if position >= entries.count || isOver {
            position = entries.count
            actions.append(.finished)
        }
        return actions
    }

    private mutating func depart(_ differences: [String]) -> [Action] {
        let departure = ReplayDeparture(
            connection: entries.first?.connection ?? 0,
            entry: position + 1,
            recorded: position < entries.count ? described(entries[position]) : "nothing more",
            differences: differences
        )
        self.departure = departure
        return [.departed(departure), .close]
    }

    private func described(_ entry: RecordedSession.Entry) -> String {
        switch entry.content {
        case .endOfFile: return "the end of the connection by the \(entry.sender.rawValue)"
        case .partial: return "bytes that are no message by the \(entry.sender.rawValue)"
        case .omitted(let count): return "a message of \(count) bytes by the \(entry.sender.rawValue)"
        case .message(let bytes):
            guard let message = decode(bytes) else { return "bytes by the \(entry.sender.rawValue)" }
            if case .string(let operation)? = message.headers["operation"] {
                return "\(operation) by the \(entry.sender.rawValue)"
            }
            guard case .int32(let type)? = message.headers[":message-type"],
                case .int32(let stream)? = message.headers[":stream-id"]
            else { return "a message by the \(entry.sender.rawValue)" }
            return "a message of type \(type) on stream \(stream) by the \(entry.sender.rawValue)"
        }
    }
}

/// Where a client departs from a recording, and how.
public struct ReplayDeparture: Error, Sendable, Hashable, CustomStringConvertible {
    /// The number of the connection in the recording.
    public var connection: Int
    /// Which of that connection's entries was due, from 1.
    public var entry: Int
    /// What was recorded there.
    public var recorded: String
    /// What differs, one line each. Tokens and payloads are not in it.
    public var differences: [String]

    /// Several lines: where, what was recorded, what differs.
    public var description: String {
        (["connection \(connection), entry \(entry): \(recorded)"] + differences.map { "  " + $0 })
            .joined(separator: "\n")
    }
}
