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

/// A local message that a component published.
public struct RecordedLocalPublication: Sendable, Hashable {
    /// Who published it.
    public var component: String
    /// Its topic.
    public var topic: String
    /// The JSON that it is; `nil` for bytes.
    public var json: JSONValue?
    /// The bytes that it is; `nil` for JSON.
    public var binary: [UInt8]?

    init(component: String, topic: String, content: LocalMessage.Content) {
        self.component = component
        self.topic = topic
        switch content {
        case .json(let value): json = value
        case .binary(let bytes): binary = bytes
        case .nothing: break
        }
    }
}

/// What a component can say with UpdateState.
public enum ReportedState: String, Sendable, Hashable, CaseIterable {
    /// It is up.
    case running = "RUNNING"
    /// It has failed. A real nucleus stops and relaunches it.
    case errored = "ERRORED"
}

/// A state that a component reported.
public struct RecordedState: Sendable, Hashable {
    /// Who reported it.
    public var component: String
    /// What it said.
    public var state: ReportedState
}

/// A figure that a component handed in with PutComponentMetric.
public struct RecordedMetric: Sendable, Hashable {
    /// Who handed it in.
    public var component: String
    /// Its name.
    public var name: String
    /// Its unit, as on the wire: `COUNT`, `MEGABYTES`, ….
    public var unit: String
    /// Its value.
    public var value: Double
}
