// SPDX-License-Identifier: Apache-2.0

// Publish and subscribe in the three forms that people use: text, JSON, bytes.

extension GreengrassIPCCaller {
    /// Publishes text to an AWS IoT Core topic.
    ///
    /// - Parameters:
    ///   - topicName: The topic.
    ///   - qos: The quality of service.
    ///   - text: What is published, as UTF-8.
    /// - Throws: as ``publishToIoTCore(topicName:qos:payload:retain:userProperties:messageExpiryIntervalSeconds:correlationData:responseTopic:payloadFormat:contentType:)``.
    public func publishToIoTCore(
        topicName: String,
        qos: QOS = .atLeastOnce,
        text: String
    ) async throws(GreengrassIPCError) {
        try await publishToIoTCore(topicName: topicName, qos: qos, payload: Array(text.utf8))
    }

    /// Publishes a JSON value to an AWS IoT Core topic.
    ///
    /// - Parameters:
    ///   - topicName: The topic.
    ///   - qos: The quality of service.
    ///   - json: What is published, as JSON text.
    /// - Throws: `.invalidRequest` for a number that JSON cannot express; else as for text.
    public func publishToIoTCore(
        topicName: String,
        qos: QOS = .atLeastOnce,
        json: JSONValue
    ) async throws(GreengrassIPCError) {
        let payload = try PublishToIoTCore.descriptor.encode(json, as: "payload")
        try await publishToIoTCore(topicName: topicName, qos: qos, payload: payload)
    }

    /// Publishes bytes to other components.
    ///
    /// - Throws: as ``publishToTopic(topic:publishMessage:)``.
    public func publishToTopic(topic: String, bytes: [UInt8]) async throws(GreengrassIPCError) {
        try await publishToTopic(topic: topic, publishMessage: .binaryMessage(BinaryMessage(message: bytes)))
    }

    /// Publishes text to other components, as the bytes of its UTF-8.
    ///
    /// - Throws: as ``publishToTopic(topic:publishMessage:)``.
    public func publishToTopic(topic: String, text: String) async throws(GreengrassIPCError) {
        try await publishToTopic(topic: topic, bytes: Array(text.utf8))
    }

    /// Publishes JSON to other components. Only an object gets through both nuclei and all other SDKs.
    ///
    /// - Throws: as ``publishToTopic(topic:publishMessage:)``.
    public func publishToTopic(topic: String, json: JSONValue) async throws(GreengrassIPCError) {
        try await publishToTopic(topic: topic, publishMessage: .jsonMessage(JsonMessage(message: json)))
    }
}

extension MQTTMessage {
    /// The payload as text; nil when it is not UTF-8.
    public var text: String? { String(validating: payload ?? [], as: UTF8.self) }

    /// The payload as JSON; nil when it is none.
    public var json: JSONValue? { try? JSONValue(jsonBytes: payload ?? []) }
}

extension SubscriptionResponseMessage {
    /// The topic that it was published to, also under a filter.
    public var topic: String? {
        switch self {
        case .jsonMessage(let message): message.context?.topic
        case .binaryMessage(let message): message.context?.topic
        case .unknown: nil
        }
    }

    /// The bytes of a binary message; nil for any other.
    public var bytes: [UInt8]? {
        if case .binaryMessage(let message) = self { message.message ?? [] } else { nil }
    }

    /// A binary message as text; nil when it is not UTF-8, and for any other message.
    public var text: String? { bytes.flatMap { String(validating: $0, as: UTF8.self) } }

    /// A JSON message, or a binary one that holds JSON text.
    public var json: JSONValue? {
        if case .jsonMessage(let message) = self { return message.message }
        return bytes.flatMap { try? JSONValue(jsonBytes: $0) }
    }
}
