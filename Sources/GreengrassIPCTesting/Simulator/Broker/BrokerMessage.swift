// SPDX-License-Identifier: Apache-2.0

/// How the nucleus stands with its MQTT broker.
public enum BrokerState: String, Sendable, Hashable, CaseIterable {
    /// Connected.
    case connected
    /// Not connected since the nucleus started. Classic leaves subscriptions unanswered until it is.
    case neverConnected
    /// The connection was there and is lost.
    case lost
}

/// An MQTT message on its way to the components.
struct BrokerMessage: Sendable, Equatable {
    var topic: String
    var payload: [UInt8]
    var qos: Int = 1
    var retain: Bool = false
}

/// One connection of a client, numbered in the order they were accepted.
struct ConnectionID: Sendable, Hashable {
    var number: Int
}

/// One stream of one connection.
struct StreamKey: Sendable, Hashable {
    var connection: ConnectionID
    var stream: Int32
}
