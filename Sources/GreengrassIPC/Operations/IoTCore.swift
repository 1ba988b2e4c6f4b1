// SPDX-License-Identifier: Apache-2.0

// Written by hand in the shape that the generator will give to all operations.

/// The quality of service of MQTT.
public enum QOS: Sendable, Hashable {
    /// Delivered at most once.
    case atMostOnce
    /// Delivered at least once.
    case atLeastOnce
    /// A value that this library does not know.
    case unknown(String)

    /// The value on the wire.
    public var wireValue: String {
        switch self {
        case .atMostOnce: "0"
        case .atLeastOnce: "1"
        case .unknown(let value): value
        }
    }

    /// The case for a value on the wire.
    public init(wireValue: String) {
        switch wireValue {
        case "0": self = .atMostOnce
        case "1": self = .atLeastOnce
        default: self = .unknown(wireValue)
        }
    }
}

extension QOS: JSONReadable, JSONWritable {
    /// Reads it from JSON.
    public init(from reader: inout JSONReader) throws(JSONError) {
        self.init(wireValue: try reader.readEnumeration())
    }

    /// Writes it as JSON.
    public func write(to writer: inout JSONWriter) {
        writer.string(wireValue)
    }
}

/// What a payload is, as MQTT 5 tells it.
public enum PayloadFormat: Sendable, Hashable {
    /// Bytes of any kind.
    case bytes
    /// UTF-8 text.
    case utf8
    /// A value that this library does not know.
    case unknown(String)

    /// The value on the wire.
    public var wireValue: String {
        switch self {
        case .bytes: "0"
        case .utf8: "1"
        case .unknown(let value): value
        }
    }

    /// The case for a value on the wire.
    public init(wireValue: String) {
        switch wireValue {
        case "0": self = .bytes
        case "1": self = .utf8
        default: self = .unknown(wireValue)
        }
    }
}

extension PayloadFormat: JSONReadable, JSONWritable {
    /// Reads it from JSON.
    public init(from reader: inout JSONReader) throws(JSONError) {
        self.init(wireValue: try reader.readEnumeration())
    }

    /// Writes it as JSON.
    public func write(to writer: inout JSONWriter) {
        writer.string(wireValue)
    }
}

/// A user property of MQTT 5; order and repeats matter.
public struct UserProperty: Sendable, Hashable {
    /// The property's name.
    public var key: String?
    /// The property's value.
    public var value: String?

    /// Makes a property.
    public init(key: String? = nil, value: String? = nil) {
        self.key = key
        self.value = value
    }
}

extension UserProperty: JSONReadable, JSONWritable {
    /// Reads it from JSON.
    public init(from reader: inout JSONReader) throws(JSONError) {
        self.init()
        try reader.beginObject()
        while try reader.nextMember() {
            if reader.isMember("key") {
                key = try reader.readStringIfPresent()
            } else if reader.isMember("value") {
                value = try reader.readStringIfPresent()
            } else {
                try reader.skipValue()
            }
        }
    }

    /// Writes it as JSON.
    public func write(to writer: inout JSONWriter) throws(JSONError) {
        writer.beginObject()
        try writer.member("key", key)
        try writer.member("value", value)
        writer.endObject()
    }
}

/// A message that came from AWS IoT Core. Nucleus lite fills topic and payload only.
public struct MQTTMessage: Sendable, Hashable {
    /// The topic it was published to.
    public var topicName: String
    /// What was published.
    public var payload: [UInt8]?
    /// Whether the broker keeps it.
    public var retain: Bool?
    /// The publisher's properties.
    public var userProperties: [UserProperty]?
    /// Seconds until it expires.
    public var messageExpiryIntervalSeconds: Int64?
    /// What ties a response to its request.
    public var correlationData: [UInt8]?
    /// Where a response is expected.
    public var responseTopic: String?
    /// Whether the payload is text.
    public var payloadFormat: PayloadFormat?
    /// The payload's media type.
    public var contentType: String?

    /// Makes a message.
    public init(
        topicName: String,
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

extension MQTTMessage: JSONReadable, JSONWritable {
    /// Reads it from JSON.
    public init(from reader: inout JSONReader) throws(JSONError) {
        var topicName: String?
        self.init(topicName: "")
        try reader.beginObject()
        while try reader.nextMember() {
            if reader.isMember("topicName") {
                topicName = try reader.readStringIfPresent()
            } else if reader.isMember("payload") {
                payload = try reader.readBlobIfPresent()
            } else if reader.isMember("retain") {
                retain = try reader.readIfPresent(Bool.self)
            } else if reader.isMember("userProperties") {
                userProperties = try reader.readIfPresent([UserProperty].self)
            } else if reader.isMember("messageExpiryIntervalSeconds") {
                messageExpiryIntervalSeconds = try reader.readIfPresent(Int64.self)
            } else if reader.isMember("correlationData") {
                correlationData = try reader.readBlobIfPresent()
            } else if reader.isMember("responseTopic") {
                responseTopic = try reader.readStringIfPresent()
            } else if reader.isMember("payloadFormat") {
                payloadFormat = try reader.readIfPresent(PayloadFormat.self)
            } else if reader.isMember("contentType") {
                contentType = try reader.readStringIfPresent()
            } else {
                try reader.skipValue()
            }
        }
        guard let topicName else { throw reader.missingMember("topicName") }
        self.topicName = topicName
    }

    /// Writes it as JSON.
    public func write(to writer: inout JSONWriter) throws(JSONError) {
        writer.beginObject()
        try writer.member("topicName", topicName)
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

/// An event of SubscribeToIoTCore.
public enum IoTCoreMessage: Sendable, Hashable {
    /// A message came.
    case message(MQTTMessage)
    /// A kind of event that this library does not know, by its name; empty when the event had none.
    case unknown(String)
}

extension IoTCoreMessage: JSONReadable, JSONWritable {
    /// Reads it from JSON.
    public init(from reader: inout JSONReader) throws(JSONError) {
        var result = IoTCoreMessage.unknown("")
        try reader.beginObject()
        while try reader.nextMember() {
            if reader.isMember("message") {
                if let value = try reader.readIfPresent(MQTTMessage.self) { result = .message(value) }
            } else {
                if case .unknown("") = result { result = .unknown(reader.memberName) }
                try reader.skipValue()
            }
        }
        self = result
    }

    /// Writes it as JSON.
    public func write(to writer: inout JSONWriter) throws(JSONError) {
        writer.beginObject()
        switch self {
        case .message(let value): try writer.member("message", value)
        case .unknown: throw JSONError(offset: writer.bytes.count, message: "an unknown event cannot be written")
        }
        writer.endObject()
    }
}
