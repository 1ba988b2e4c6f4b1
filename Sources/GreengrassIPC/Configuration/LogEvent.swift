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
    }

    /// What has happened.
    public var kind: Kind
    /// How much it matters.
    public var level: Level
    /// A sentence without values.
    public var message: String
    /// The values: keys are `operation`, `error`, `attempt`, `wait`, `socket`.
    public var metadata: [(key: String, value: String)]
}
