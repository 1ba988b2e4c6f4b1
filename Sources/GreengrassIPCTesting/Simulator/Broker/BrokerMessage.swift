// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

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
    /// Members of the request that go through as MQTT 5 properties; classic only.
    var properties: [String: JSONValue] = [:]

    /// The event's payload for a component.
    func json(_ dialect: Dialect) -> [UInt8] {
        var json = JSONWriter(escaping: dialect.escaping, appendingTo: [])
        json.beginObject()
        json.memberName("message")
        json.beginObject()
        json.text("topicName", topic)
        json.member("payload", blob: payload)
        if dialect == .classic {
            json.memberName("retain")
            json.bool(retain)
            writeProperties(&json)
        }
        json.endObject()
        json.endObject()
        return json.bytes
    }

    private func writeProperties(_ json: inout JSONWriter) {
        guard !properties.isEmpty else { return json.text("payloadFormat", "0") }
        for name in ["userProperties", "messageExpiryIntervalSeconds", "correlationData", "responseTopic"] {
            guard let value = properties[name], !value.isNull else { continue }
            json.memberName(name)
            json.any(value)
        }
        json.text("payloadFormat", properties["payloadFormat"]?.stringValue ?? "0")
        if let contentType = properties["contentType"]?.stringValue { json.text("contentType", contentType) }
    }
}

/// One connection of a client, numbered in the order they were accepted.
struct ConnectionID: Sendable, Hashable {
    let number: Int
    /// A small number that no other connection has at the same time, for tables.
    let slot: Int

    init(number: Int, slot: Int? = nil) {
        self.number = number
        self.slot = slot ?? number
    }

    static func == (left: Self, right: Self) -> Bool { left.number == right.number }

    func hash(into hasher: inout Hasher) { hasher.combine(number) }
}

/// One stream of one connection.
struct StreamKey: Sendable, Hashable {
    var connection: ConnectionID
    var stream: Int32
}
