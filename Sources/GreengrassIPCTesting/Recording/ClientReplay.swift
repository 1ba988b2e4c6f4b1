// SPDX-License-Identifier: Apache-2.0

package import EventStream
import GreengrassIPC

/// Plays the client's side of a recorded session to a server, and compares what comes back with what was recorded.
///
/// It has no sockets: whoever drives it takes the ``turns`` one after another, hands in what comes back, and asks for
/// the ``verdicts`` at the end. A turn is due when ``isReady(for:)`` says so, or when nothing more comes; a driver
/// that waits some time for that gives a slow server its chance. What a turn sends goes through ``translated(_:)``,
/// since a server makes up other identifiers than the recorded one.
/// ```swift
/// var replay = ClientReplay(session)
/// for turn in replay.turns {
///     // … until replay.isReady(for: turn) or the time is over: replay.received(message, on: connection) …
///     // … then do what turn.step says …
/// }
/// let departures = replay.verdicts.filter { !$0.differences.isEmpty }
/// ```
package struct ClientReplay: Sendable {
    /// One thing for the driver to do.
    package struct Turn: Sendable, Hashable {
        /// The number of the connection in the recording.
        package var connection: Int
        /// When it was done in the recording, since that client connected.
        package var milliseconds: Double
        /// How many messages of the server the recording has before this.
        package var awaited: Int
        /// Whether the server ended the connection before the client closed it, which this is.
        package var awaitsEnd = false
        package var step: Step
    }

    /// What the client does.
    package enum Step: Sendable, Hashable {
        case connect
        case send([UInt8])
        case close
        /// A message of so many bytes that the recording leaves out.
        case sendOmitted(Int)
    }

    /// Everything that the clients do, in the order of the recording.
    package let turns: [Turn]
    private let session: RecordedSession
    private var answers: [Int: Answers] = [:]
    private var identifiers: IdentifierTranslation

    private struct Answers: Sendable {
        var messages: [Message] = []
        var hasEnded = false
        var isClosed = false
    }

    /// - Parameters:
    ///   - session: the recording.
    ///   - replaceToken: the token to send in place of a recorded one; `nil` to send the recorded one.
    package init(_ session: RecordedSession, replaceToken: (String) -> String? = { _ in nil }) {
        self.session = session
        identifiers = IdentifierTranslation(session)
        var turns: [Turn] = []
        var awaited: [Int: Int] = [:]
        var ended: Set<Int> = []
        for entry in session.entriesInOrder {
            let number = entry.connection
            if awaited[number] == nil {
                awaited[number] = 0
                turns.append(Turn(connection: number, milliseconds: 0, awaited: 0, step: .connect))
            }
            let step: Step
            switch (entry.sender, entry.content) {
            case (.server, .message(let bytes)):
                awaited[number, default: 0] += 1
                if let message = decode(bytes), Verdict.isFatal(message) { ended.insert(number) }
                continue
            case (.server, .partial), (.server, .omitted):
                awaited[number, default: 0] += 1
                continue
            case (.server, .endOfFile):
                ended.insert(number)
                continue
            case (.client, .message(let bytes)): step = .send(Self.withToken(bytes, replaceToken) ?? bytes)
            case (.client, .partial(let bytes)): step = .send(bytes)
            case (.client, .omitted(let count)): step = .sendOmitted(count)
            case (.client, .endOfFile): step = .close
            }
            turns.append(
                Turn(
                    connection: number,
                    milliseconds: entry.milliseconds,
                    awaited: awaited[number] ?? 0,
                    awaitsEnd: step == .close && ended.contains(number),
                    step: step
                )
            )
        }
        self.turns = turns
    }

    /// Whether everything that the recording has before a turn has come, or cannot come any more.
    package func isReady(for turn: Turn) -> Bool {
        guard let answers = answers[turn.connection] else { return turn.awaited == 0 && !turn.awaitsEnd }
        return answers.hasEnded || !turn.awaitsEnd && answers.messages.count >= turn.awaited
    }

    /// A message of the server.
    package mutating func received(_ message: Message, on connection: Int) {
        answers[connection, default: Answers()].messages.append(message)
        identifiers.learn(from: message, on: connection)
    }

    /// What a turn sends, with this server's identifiers in the place of the recorded ones.
    package func translated(_ bytes: [UInt8]) -> [UInt8] { identifiers.translated(bytes) }

    /// The server has ended a connection.
    package mutating func ended(_ connection: Int) {
        guard answers[connection]?.isClosed != true else { return }
        answers[connection, default: Answers()].hasEnded = true
    }

    /// The driver has closed a connection, as a turn said; what the server does with it afterwards counts for nothing.
    package mutating func closed(_ connection: Int) {
        answers[connection, default: Answers()].isClosed = true
    }

    /// What each connection brought, in the order of the recording.
    package var verdicts: [Verdict] {
        session.connections.map { number in
            let answers = answers[number] ?? Answers()
            return Verdict(
                recorded: session.entries(of: number),
                answers: answers.messages,
                hasEnded: answers.hasEnded,
                connection: number
            )
        }
    }

    /// A CONNECT with another token; `nil` for any other message.
    private static func withToken(_ bytes: [UInt8], _ replace: (String) -> String?) -> [UInt8]? {
        guard let message = decode(bytes), message.headers[":message-type"] == .int32(MessageType.connect),
            case .object(var members)? = try? JSONValue(jsonBytes: message.payload),
            let token = members["authToken"]?.stringValue, let other = replace(token)
        else { return nil }
        members["authToken"] = .string(other)
        guard let payload = try? JSONValue.object(members).jsonBytes() else { return nil }
        return (try? Message(headers: Array(message.headers), payload: payload))?.encoded()
    }
}

extension RecordedSession {
    /// All entries in the order of time: that of the file, but within each connection that of its clock.
    package var entriesInOrder: [Entry] {
        var sorted: [Int: ArraySlice<Entry>] = [:]
        for number in connections { sorted[number] = entries(of: number)[...] }
        return entries.compactMap { sorted[$0.connection]?.popFirst() }
    }
}
