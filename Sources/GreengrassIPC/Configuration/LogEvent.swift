// SPDX-License-Identifier: Apache-2.0

/// Something that a library must not keep to itself and cannot throw.
public struct LogEvent: Sendable {
    /// How much it matters.
    public enum Level: String, Sendable, Hashable {
        /// For developers of this library.
        case debug
        /// Something went wrong that will be tried again.
        case info
        /// Something is lost: events, or the connection.
        case warning
    }

    /// What has happened; for programs.
    public enum Kind: String, Sendable, Hashable {
        /// A connection is there.
        case connected
        /// The connection is lost.
        case disconnected
        /// No connection could be made; the next attempt comes after `wait`.
        case connectFailed
        /// A subscription was made again on a new connection: events may be missing.
        case gap
        /// A subscription was refused or ended by the nucleus and will be made again.
        case subscriptionFailed
        /// An event could not be read, or is of an unknown shape, and was left out.
        case eventDropped
        /// A subscription was ended because its consumer fell behind by more than the buffer holds.
        case slowConsumer
        /// The component's own code threw an error, or took too long, where the nucleus waits for an answer; one was
        /// given in its place.
        case handlerFailed
        /// An answer that the nucleus waits for could not be given.
        case answerFailed
    }

    /// The keys of ``metadata``. An event has those that are named here for its kind, in this order.
    ///
    /// | kind | level | keys |
    /// | --- | --- | --- |
    /// | ``Kind/connected`` | debug | `socket` |
    /// | ``Kind/disconnected`` | warning | `error` |
    /// | ``Kind/connectFailed`` | info | `socket`, `error`, `attempt`, `wait` |
    /// | ``Kind/gap`` | warning | `operation` |
    /// | ``Kind/subscriptionFailed`` | info | `operation`, `error` |
    /// | ``Kind/eventDropped`` | warning; debug when its shape is unknown | `operation`, and `error` if it could not be read |
    /// | ``Kind/slowConsumer`` | warning | `operation` |
    /// | ``Kind/handlerFailed`` | warning | `operation`, and `error` if one was thrown |
    /// | ``Kind/answerFailed`` | warning | `operation`, `error` |
    ///
    /// No value is a token, a secret or a payload.
    public enum Key: String, Sendable, Hashable, CaseIterable {
        /// The path of the nucleus's socket.
        case socket
        /// The operation's full name: `aws.greengrass#SubscribeToIoTCore`.
        case operation
        /// The description of a ``GreengrassIPCError`` or, of a handler that threw another error, that error's type.
        case error
        /// How many attempts to connect have failed in a row, from 1.
        case attempt
        /// The time until the next attempt, as `Duration` is described: `0.1 seconds`.
        case wait
    }

    typealias Metadata = [(key: Key, value: String)]

    /// What has happened.
    public var kind: Kind
    /// How much it matters.
    public var level: Level
    /// A sentence without values.
    public var message: String
    /// The values; ``Key`` says which keys there are.
    public var metadata: [(key: String, value: String)]

    init(_ kind: Kind, _ level: Level, _ message: String, _ metadata: Metadata) {
        self.kind = kind
        self.level = level
        self.message = message
        self.metadata = metadata.map { ($0.key.rawValue, $0.value) }
    }
}
