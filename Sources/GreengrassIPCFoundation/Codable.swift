// SPDX-License-Identifier: Apache-2.0

public import FoundationEssentials
public import GreengrassIPC

extension GreengrassIPCCaller {
    /// Publishes a value as JSON to an AWS IoT Core topic.
    ///
    /// - Parameters:
    ///   - topicName: The topic.
    ///   - qos: The quality of service.
    ///   - value: What is encoded.
    ///   - encoder: How it is encoded.
    /// - Throws: `EncodingError`, and `GreengrassIPCError` as the operation.
    public func publishToIoTCore(
        topicName: String,
        qos: QOS = .atLeastOnce,
        encoding value: some Encodable,
        with encoder: JSONEncoder = JSONEncoder()
    ) async throws {
        try await publishToIoTCore(topicName: topicName, qos: qos, payload: Array(try encoder.encode(value)))
    }

    /// Publishes a value as JSON to other components.
    ///
    /// - Parameters:
    ///   - topic: The topic.
    ///   - value: What is encoded; it must become a JSON object to get through everywhere.
    ///   - encoder: How it is encoded.
    /// - Throws: `EncodingError`, and `GreengrassIPCError` as the operation.
    public func publishToTopic(
        topic: String,
        encoding value: some Encodable,
        with encoder: JSONEncoder = JSONEncoder()
    ) async throws {
        try await publishToTopic(topic: topic, json: try JSONValue(encoding: value, with: encoder))
    }

    /// Reads a value of a component's configuration.
    ///
    /// - Parameters:
    ///   - type: What it is decoded into.
    ///   - keyPath: The path to the value; empty means all.
    ///   - component: The component; nil is the calling one.
    ///   - decoder: How it is decoded.
    /// - Returns: nil when there is nothing at the path.
    /// - Throws: `DecodingError`, and `GreengrassIPCError` as the operation.
    public func configuration<Value: Decodable>(
        _ type: Value.Type,
        at keyPath: [String] = [],
        ofComponent component: String? = nil,
        with decoder: JSONDecoder = JSONDecoder()
    ) async throws -> Value? {
        try await configurationValue(at: keyPath, ofComponent: component).map { try $0.decode(type, with: decoder) }
    }
}

extension JSONValue {
    /// The JSON that a value is encoded to.
    ///
    /// - Throws: `EncodingError`.
    public init(encoding value: some Encodable, with encoder: JSONEncoder = JSONEncoder()) throws {
        try self.init(jsonBytes: Array(try encoder.encode(value)))
    }

    /// Decodes a value from this JSON.
    ///
    /// - Throws: `DecodingError`.
    public func decode<Value: Decodable>(_ type: Value.Type, with decoder: JSONDecoder = JSONDecoder()) throws -> Value
    {
        try decoder.decode(type, from: Data(try jsonBytes()))
    }
}
