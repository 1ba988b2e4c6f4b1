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

extension GreengrassIPCCaller {
    /// Hands a value of a component's configuration to `body`, at once and after each change, until the task is
    /// cancelled.
    ///
    /// - Parameters:
    ///   - type: What it is decoded into.
    ///   - keyPath: The path to the value; empty means all.
    ///   - component: The component; nil is the calling one.
    ///   - decoder: How it is decoded.
    ///   - body: Gets the value, nil when there is none (any more), or why it cannot be decoded: a bad change is for
    ///     the component to live with, and most go on with the last good one.
    /// - Throws: `GreengrassIPCError` as `watchConfiguration(at:ofComponent:_:)`,
    ///   and whatever `body` throws, which ends it.
    public func watchConfiguration<Value: Decodable>(
        _ type: Value.Type,
        at keyPath: [String] = [],
        ofComponent component: String? = nil,
        with decoder: JSONDecoder = JSONDecoder(),
        _ body: (Result<Value?, any Error>) async throws -> Void
    ) async throws {
        try await watchConfiguration(at: keyPath, ofComponent: component) { json in
            try await body(Result { try json.map { try $0.decode(type, with: decoder) } })
        }
    }

    /// Reads a secret that is JSON, as those are that AWS Secrets Manager keeps for databases.
    ///
    /// - Parameters:
    ///   - type: What it is decoded into.
    ///   - id: The secret's name or ARN.
    ///   - stage: The stage of the secret; nil is `AWSCURRENT`.
    ///   - refresh: True asks the cloud first.
    ///   - decoder: How it is decoded.
    /// - Throws: `GreengrassIPCError` as the operation; `.invalidResponse` when it cannot be decoded. Decoding errors
    ///   may quote what they found, so none is passed on.
    public func secret<Value: Decodable>(
        _ type: Value.Type,
        _ id: String,
        stage: String? = nil,
        refresh: Bool? = nil,
        with decoder: JSONDecoder = JSONDecoder()
    ) async throws -> Value {
        let bytes = try await secretBytes(id, stage: stage, refresh: refresh)
        do {
            return try decoder.decode(type, from: Data(bytes))
        } catch {
            throw GreengrassIPCError(
                .invalidResponse,
                "the secret cannot be decoded as \(type)",
                operation: GetSecretValue.descriptor.name
            )
        }
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
