// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

// The shape of generated code: an event (a union around a structure with a list of structures) and a request.

struct ExampleUserProperty: Hashable, JSONReadable, JSONWritable {
    var key: String?
    var value: String?

    init(key: String?, value: String?) {
        self.key = key
        self.value = value
    }

    init(from reader: inout JSONReader) throws(JSONError) {
        try reader.beginObject()
        while try reader.nextMember() {
            if reader.isMember("key") {
                key = try reader.readIfPresent(String.self)
            } else if reader.isMember("value") {
                value = try reader.readIfPresent(String.self)
            } else {
                try reader.skipValue()
            }
        }
    }

    func write(to writer: inout JSONWriter) throws(JSONError) {
        writer.beginObject()
        try writer.member("key", key)
        try writer.member("value", value)
        writer.endObject()
    }
}

struct ExampleMQTTMessage: Hashable, JSONReadable {
    var topicName: String
    var payload: [UInt8]?
    var retain: Bool?
    var payloadFormat: String?
    var userProperties: [ExampleUserProperty]?
    var messageExpiryIntervalSeconds: Int64?
    var correlationData: [UInt8]?
    var responseTopic: String?
    var contentType: String?

    init(from reader: inout JSONReader) throws(JSONError) {
        var topicName: String?
        try reader.beginObject()
        while try reader.nextMember() {
            if reader.isMember("topicName") {
                topicName = try reader.readIfPresent(String.self)
            } else if reader.isMember("payload") {
                payload = try reader.readBlobIfPresent()
            } else if reader.isMember("retain") {
                retain = try reader.readIfPresent(Bool.self)
            } else if reader.isMember("payloadFormat") {
                payloadFormat = try reader.readIfPresent(String.self)
            } else if reader.isMember("userProperties") {
                userProperties = try reader.readIfPresent([ExampleUserProperty].self)
            } else if reader.isMember("messageExpiryIntervalSeconds") {
                messageExpiryIntervalSeconds = try reader.readIfPresent(Int64.self)
            } else if reader.isMember("correlationData") {
                correlationData = try reader.readBlobIfPresent()
            } else if reader.isMember("responseTopic") {
                responseTopic = try reader.readIfPresent(String.self)
            } else if reader.isMember("contentType") {
                contentType = try reader.readIfPresent(String.self)
            } else {
                try reader.skipValue()
            }
        }
        guard let topicName else { throw reader.missingMember("topicName") }
        self.topicName = topicName
    }
}

enum ExampleIoTCoreMessage: Hashable, JSONReadable {
    case message(ExampleMQTTMessage)
    case unknown

    init(from reader: inout JSONReader) throws(JSONError) {
        self = .unknown
        try reader.beginObject()
        while try reader.nextMember() {
            if reader.isMember("message") {
                guard let value = try reader.readIfPresent(ExampleMQTTMessage.self) else { continue }
                self = .message(value)
            } else {
                try reader.skipValue()
            }
        }
    }
}

struct ExamplePublishRequest: Hashable, JSONWritable {
    var topicName: String
    var qos: String?
    var payload: [UInt8]?
    var retain: Bool?
    var userProperties: [ExampleUserProperty]?
    var messageExpiryIntervalSeconds: Int64?
    var correlationData: [UInt8]?
    var responseTopic: String?
    var payloadFormat: String?
    var contentType: String?

    func write(to writer: inout JSONWriter) throws(JSONError) {
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
