// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC
import GreengrassIPCTesting

/// What `ggipc decode` prints and `ggipc encode` reads: one JSON object a frame.
///
/// `headers` and the payload are what the frame holds, in the order of the wire; `type`, `flags`, `stream` and
/// `operation` say the same for people. A payload that is JSON stands in `payload` exactly as it was sent, other text
/// in `text`, other bytes in `base64`.
enum FrameJSON {
    static func line(_ item: Capture.Item, operation: String?) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        if let connection = item.connection {
            json.memberName("connection")
            json.integer(connection)
        }
        if let sender = item.sender {
            json.memberName("from")
            json.string(sender.rawValue)
        }
        if let milliseconds = item.milliseconds, milliseconds.isFinite {
            json.memberName("ms")
            try? json.double((milliseconds * 1000).rounded() / 1000)
        }
        if let offset = item.offset {
            json.memberName("offset")
            json.integer(offset)
        }
        switch item.content {
        case .message(let message): return appendMessage(message, operation, json)
        case .partial(let bytes):
            json.memberName("partial")
            json.string(Hex.encode(bytes))
        case .endOfFile:
            json.memberName("eof")
            json.bool(true)
        case .omitted(let count):
            json.memberName("omitted")
            json.integer(count)
        }
        json.endObject()
        return json.bytes
    }

    private static func appendMessage(_ message: Message, _ operation: String?, _ writer: JSONWriter) -> [UInt8] {
        var json = writer
        if let stream = message.int32(":stream-id") {
            json.memberName("stream")
            json.integer(stream)
        }
        if let type = message.int32(":message-type") {
            json.memberName("type")
            if let name = FrameNames.type(type) { json.string(name) } else { json.integer(type) }
        }
        if let bits = message.int32(":message-flags") {
            json.memberName("flags")
            json.beginArray()
            let (names, rest) = FrameNames.flags(bits)
            for name in names { json.string(name) }
            if rest != 0 { json.integer(rest) }
            json.endArray()
        }
        if let operation {
            json.memberName("operation")
            json.string(operation)
        }
        json.memberName("headers")
        json.beginArray()
        for header in message.headers { append(header, to: &json) }
        json.endArray()
        return appendPayload(message.payload, json)
    }

    private static func append(_ header: Header, to json: inout JSONWriter) {
        json.beginObject()
        json.memberName("name")
        json.string(header.name)
        switch header.value {
        case .bool(let value):
            json.memberName("bool")
            json.bool(value)
        case .int8(let value): number("int8", value)
        case .int16(let value): number("int16", value)
        case .int32(let value): number("int32", value)
        case .int64(let value): number("int64", value)
        case .timestamp(millisecondsSince1970: let value): number("timestamp", value)
        case .bytes(let bytes):
            json.memberName("bytes")
            json.blob(bytes)
        case .string(let text):
            json.memberName("string")
            json.string(text)
        case .uuid(let uuid):
            json.memberName("uuid")
            json.string(uuid.description)
        }
        json.endObject()

        func number(_ type: StaticString, _ value: some FixedWidthInteger) {
            json.memberName(type)
            json.integer(value)
        }
    }

    private static func appendPayload(_ payload: ArraySlice<UInt8>, _ writer: JSONWriter) -> [UInt8] {
        var json = writer
        guard !payload.isEmpty else {
            json.endObject()
            return json.bytes
        }
        let isOneLine = !payload.contains { $0 == 10 || $0 == 13 }
        if isOneLine, isJSON(payload) {
            json.memberName("payload")
            return json.bytes + payload + [UInt8(ascii: "}")]
        }
        if let text = String(validating: payload, as: UTF8.self) {
            json.memberName("text")
            json.string(text)
        } else {
            json.memberName("base64")
            json.blob(Array(payload))
        }
        json.endObject()
        return json.bytes
    }

    /// Whether bytes are one JSON value, in well-formed UTF-8.
    static func isJSON(_ bytes: ArraySlice<UInt8>) -> Bool {
        let bytes = Array(bytes)
        guard String(validating: bytes, as: UTF8.self) != nil else { return false }
        var reader = JSONReader(bytes.span)
        do throws(JSONError) {
            try reader.skipValue()
            try reader.finish()
            return true
        } catch {
            return false
        }
    }
}
