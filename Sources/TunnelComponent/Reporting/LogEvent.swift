// SPDX-License-Identifier: Apache-2.0

/// What a line of the log is about: the word of `event=`, which operators filter by, so the words do not change.
enum LogEvent: String, Hashable, Sendable, CaseIterable {
    /// The IPC connection stands.
    case connected
    /// The subscription to the notifications stands.
    case subscribed
    /// A notification was accepted.
    case notification
    /// A notification was refused.
    case refused
    /// A notification came again.
    case duplicate
    /// A proxy is being launched.
    case starting
    /// A proxy tries to connect, or an attempt failed and it will try again.
    case connecting
    /// A proxy is connected to the service.
    case tunnelConnected = "tunnel-connected"
    /// Someone reached a local service through a tunnel, or the local service did not answer.
    case streamOpened = "stream-opened"
    /// A connection to a local service ended.
    case streamClosed = "stream-closed"
    /// A tunnel lost its connection, or its proxy crashed, and tries again.
    case reconnecting
    /// A tunnel is over.
    case ended
    /// The configuration was read, or a change was refused.
    case configuration
    /// The IPC connection was lost.
    case disconnected
    /// Lines of the log itself were lost.
    case log
    /// The agent was told to stop.
    case stopping
}
