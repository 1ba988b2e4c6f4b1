// SPDX-License-Identifier: Apache-2.0

/// The operation PublishToIoTCore.
public enum PublishToIoTCore: GreengrassIPCOperation {
    /// What is asked.
    public typealias Request = PublishToIoTCoreRequest
    /// What is answered.
    public typealias Response = PublishToIoTCoreResponse
    /// Its names on the wire.
    public static let descriptor = OperationDescriptor("aws.greengrass#PublishToIoTCore")
}

/// What PublishToIoTCore is asked. Nucleus lite honours topic, quality of service and payload only.
public struct PublishToIoTCoreRequest: Sendable, Hashable {
    /// The topic, without wildcards.
    public var topicName: String
    /// The quality of service.
    public var qos: QOS
    /// What to publish. The classic nucleus refuses a request without one; an empty one is fine.
    public var payload: [UInt8]?
    /// Whether the broker keeps it.
    public var retain: Bool?
    /// Properties for the receivers.
    public var userProperties: [UserProperty]?
    /// Seconds until it expires.
    public var messageExpiryIntervalSeconds: Int64?
    /// What ties a response to its request.
    public var correlationData: [UInt8]?
    /// Where a response is expected.
    public var responseTopic: String?
    /// Whether the payload is text.
    public var payloadFormat: PayloadFormat?
    /// The payload's media type; the classic nucleus drops it.
    public var contentType: String?

    /// Makes a request.
    public init(
        topicName: String,
        qos: QOS,
        payload: [UInt8]? = nil,
        retain: Bool? = nil,
        userProperties: [UserProperty]? = nil,
        messageExpiryIntervalSeconds: Int64? = nil,
        correlationData: [UInt8]? = nil,
        responseTopic: String? = nil,
        payloadFormat: PayloadFormat? = nil,
        contentType: String? = nil
    ) {
        self.topicName = topicName
        self.qos = qos
        self.payload = payload
        self.retain = retain
        self.userProperties = userProperties
        self.messageExpiryIntervalSeconds = messageExpiryIntervalSeconds
        self.correlationData = correlationData
        self.responseTopic = responseTopic
        self.payloadFormat = payloadFormat
        self.contentType = contentType
    }
}

extension PublishToIoTCoreRequest: JSONWritable {
    /// Writes it as JSON.
    public func write(to writer: inout JSONWriter) throws(JSONError) {
        writer.beginObject()
        try writer.member("topicName", topicName)
        try writer.member("qos", qos)
        writer.member("payload", blob: payload)
        try writer.member("retain", retain)
        try writer.member("userProperties", userProperties)
        try writer.member("messageExpiryIntervalSeconds", messageExpiryIntervalSeconds)
        writer.member("correlationData", blob: correlationData)
        try writer.member("responseTopic", responseTopic)
        try writer.member("payloadFormat", payloadFormat)
        try writer.member("contentType", contentType)
        writer.endObject()
    }
}

/// What PublishToIoTCore answers: the nucleus has taken the message; it need not have sent it yet.
public struct PublishToIoTCoreResponse: Sendable, Hashable {
    /// Makes a response.
    public init() {}
}

extension PublishToIoTCoreResponse: JSONReadable {
    /// Reads it from JSON.
    public init(from reader: inout JSONReader) throws(JSONError) {
        try reader.beginObject()
        while try reader.nextMember() { try reader.skipValue() }
    }
}

extension GreengrassIPCCaller {
    /// Publishes a message to AWS IoT Core.
    ///
    /// - Throws: `.unauthorized`, `.invalidArguments`, `.serviceError` (a topic that is not valid, or a QoS 0 message
    ///   while offline).
    @discardableResult
    public func publishToIoTCore(
        topicName: String,
        qos: QOS,
        payload: [UInt8]? = nil,
        retain: Bool? = nil,
        userProperties: [UserProperty]? = nil,
        messageExpiryIntervalSeconds: Int64? = nil,
        correlationData: [UInt8]? = nil,
        responseTopic: String? = nil,
        payloadFormat: PayloadFormat? = nil,
        contentType: String? = nil
    ) async throws(GreengrassIPCError) -> PublishToIoTCoreResponse {
        let request = PublishToIoTCoreRequest(
            topicName: topicName,
            qos: qos,
            payload: payload,
            retain: retain,
            userProperties: userProperties,
            messageExpiryIntervalSeconds: messageExpiryIntervalSeconds,
            correlationData: correlationData,
            responseTopic: responseTopic,
            payloadFormat: payloadFormat,
            contentType: contentType
        )
        return try await call(PublishToIoTCore.self, request)
    }
}
