// SPDX-License-Identifier: Apache-2.0

public import GreengrassIPC

/// A call that a component made.
public struct RecordedCall: Sendable, Hashable {
    /// Who made it.
    public var component: String
    /// The operation's name without `aws.greengrass#`.
    public var operation: String
    /// The request; `null` if its payload was no JSON.
    public var request: JSONValue
}

/// A message that a component published to IoT Core and that reached the broker.
public struct RecordedPublication: Sendable, Hashable {
    /// Who published it.
    public var component: String
    /// Its topic.
    public var topic: String
    /// Its payload.
    public var payload: [UInt8]
    /// Its quality of service, 0 to 2.
    public var qos: Int
    /// Whether the broker is to keep it.
    public var retain: Bool
}
