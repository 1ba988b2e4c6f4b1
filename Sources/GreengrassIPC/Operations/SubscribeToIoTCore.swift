// SPDX-License-Identifier: Apache-2.0

/// The operation SubscribeToIoTCore.
public enum SubscribeToIoTCore: GreengrassIPCStreamingOperation {
    /// What is asked.
    public typealias Request = SubscribeToIoTCoreRequest
    /// What is answered.
    public typealias Response = SubscribeToIoTCoreResponse
    /// What its stream brings.
    public typealias Event = IoTCoreMessage
    /// Its names on the wire.
    public static let descriptor = OperationDescriptor(
        "aws.greengrass#SubscribeToIoTCore",
        eventShape: "aws.greengrass#IoTCoreMessage"
    )
}

/// What SubscribeToIoTCore is asked.
public struct SubscribeToIoTCoreRequest: Sendable, Hashable {
    /// A topic, or a filter with `+` and `#`.
    public var topicName: String
    /// The quality of service.
    public var qos: QOS

    /// Makes a request.
    public init(topicName: String, qos: QOS) {
        self.topicName = topicName
        self.qos = qos
    }
}

extension SubscribeToIoTCoreRequest: JSONReadable, JSONWritable {
    /// Reads it from JSON.
    public init(from reader: inout JSONReader) throws(JSONError) {
        var topicName: String?
        var qos: QOS?
        try reader.beginObject()
        while try reader.nextMember() {
            if reader.isMember("topicName") {
                topicName = try reader.readStringIfPresent()
            } else if reader.isMember("qos") {
                qos = try reader.readIfPresent(QOS.self)
            } else {
                try reader.skipValue()
            }
        }
        guard let topicName else { throw reader.missingMember("topicName") }
        guard let qos else { throw reader.missingMember("qos") }
        self.init(topicName: topicName, qos: qos)
    }

    /// Writes it as JSON.
    public func write(to writer: inout JSONWriter) throws(JSONError) {
        writer.beginObject()
        try writer.member("topicName", topicName)
        try writer.member("qos", qos)
        writer.endObject()
    }
}

/// What SubscribeToIoTCore answers.
public struct SubscribeToIoTCoreResponse: Sendable, Hashable {
    /// Makes a response.
    public init() {}
}

extension SubscribeToIoTCoreResponse: JSONReadable, JSONWritable {
    /// Reads it from JSON.
    public init(from reader: inout JSONReader) throws(JSONError) {
        try reader.beginObject()
        while try reader.nextMember() { try reader.skipValue() }
    }

    /// Writes it as JSON.
    public func write(to writer: inout JSONWriter) throws(JSONError) {
        writer.beginObject()
        writer.endObject()
    }
}

extension GreengrassIPCCaller {
    /// Brings the messages of an AWS IoT Core topic for as long as `body` takes.
    ///
    /// - Parameters:
    ///   - topicName: A topic, or a filter with `+` and `#`. The component's accessControl must allow it.
    ///   - qos: The quality of service.
    ///   - options: How the subscription is kept.
    ///   - body: Gets the messages; the subscription ends when it is left.
    /// - Throws: `.unauthorized`, `.serviceError` when the nucleus cannot subscribe, and whatever `body` throws.
    public func subscribeToIoTCore<Result>(
        topicName: String,
        qos: QOS,
        options: SubscriptionOptions = SubscriptionOptions(),
        _ body: (Subscription<IoTCoreMessage>) async throws -> Result
    ) async throws -> Result {
        try await subscribe(
            SubscribeToIoTCore.self,
            SubscribeToIoTCoreRequest(topicName: topicName, qos: qos),
            options: options,
            body
        )
    }
}
