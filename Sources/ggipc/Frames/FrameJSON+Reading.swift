// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC
import GreengrassIPCTesting

extension FrameJSON {
    /// What a line cannot be turned into a frame for.
    struct Fault: Error {
        var message: String
    }

    /// Reads a line that ``line(_:operation:)`` wrote, or one that a person did: without `headers` they are made from
    /// `type`, `flags`, `stream` and `operation`.
    static func item(_ line: some Collection<UInt8>) throws(Fault) -> Capture.Item {
        let bytes = Array(line)
        let object: JSONValue
        var payload: [UInt8]?
        do throws(JSONError) {
            object = try JSONValue(jsonBytes: bytes.span)
            payload = try rawMember("payload", of: bytes)
        } catch {
            throw Fault(message: "\(error)")
        }
        guard case .object(let members) = object else { throw Fault(message: "expected a JSON object") }
        var item = Capture.Item(
            connection: members["connection"]?.integerValue.map(Int.init),
            sender: members["from"]?.stringValue.flatMap(RecordedSession.Sender.init(rawValue:)),
            milliseconds: members["ms"]?.doubleValue,
            content: .endOfFile
        )
        if members["eof"]?.boolValue == true { return item }
        if let partial = members["partial"] {
            item.content = .partial(try hex(partial, "partial"))
            return item
        }
        if let omitted = members["omitted"]?.integerValue {
            item.content = .omitted(Int(omitted))
            return item
        }
        if let text = members["text"]?.stringValue { payload = Array(text.utf8) }
        if let base64 = members["base64"] {
            guard let bytes = base64.stringValue.flatMap({ Base64.decode($0) }) else {
                throw Fault(message: "base64: expected a base64 string")
            }
            payload = bytes
        }
        let headers =
            if let given = members["headers"] {
                try headers(given)
            } else {
                try madeHeaders(members, hasPayload: payload != nil)
            }
        do throws(EventStreamError) {
            item.content = .message(try Message(headers: headers, payload: payload ?? []))
        } catch {
            throw Fault(message: "\(error.message)")
        }
        return item
    }

    private static func hex(_ value: JSONValue, _ name: String) throws(Fault) -> [UInt8] {
        guard let bytes = value.stringValue.flatMap({ Hex.decode($0) }) else {
            throw Fault(message: "\(name): expected an even number of hexadecimal digits")
        }
        return bytes
    }

    /// A member's text exactly as it stands in the line.
    private static func rawMember(_ name: String, of bytes: [UInt8]) throws(JSONError) -> [UInt8]? {
        var reader = JSONReader(bytes.span)
        guard try reader.nextKind() == .object else { return nil }
        var found: [UInt8]?
        try reader.beginObject()
        while try reader.nextMember() {
            let isWanted = reader.memberName == name
            _ = try reader.nextKind()
            let start = reader.offset
            try reader.skipValue()
            if isWanted { found = Array(bytes[start..<reader.offset]) }
        }
        return found
    }

    private static func headers(_ value: JSONValue) throws(Fault) -> [Header] {
        guard let elements = value.arrayValue else { throw Fault(message: "headers: expected an array") }
        var headers: [Header] = []
        for element in elements {
            guard let name = element["name"]?.stringValue, let value = headerValue(element) else {
                throw Fault(
                    message: "headers[\(headers.count)]: expected a name and one of bool, int8, int16, int32, int64,"
                        + " bytes, string, timestamp, uuid, with a value of that type"
                )
            }
            headers.append(Header(name: name, value: value))
        }
        return headers
    }

    private static func headerValue(_ element: JSONValue) -> HeaderValue? {
        if let value = element["bool"] { return value.boolValue.map { .bool($0) } }
        if let value = element["int8"] { return value.integerValue.flatMap(Int8.init(exactly:)).map { .int8($0) } }
        if let value = element["int16"] { return value.integerValue.flatMap(Int16.init(exactly:)).map { .int16($0) } }
        if let value = element["int32"] { return value.integerValue.flatMap(Int32.init(exactly:)).map { .int32($0) } }
        if let value = element["int64"] { return value.integerValue.map { .int64($0) } }
        if let value = element["timestamp"] { return value.integerValue.map { .timestamp(millisecondsSince1970: $0) } }
        if let value = element["bytes"] { return value.stringValue.flatMap { Base64.decode($0) }.map { .bytes($0) } }
        if let value = element["string"] { return value.stringValue.map { .string($0) } }
        if let value = element["uuid"] { return value.stringValue.flatMap { UUIDBytes($0) }.map { .uuid($0) } }
        return nil
    }

    private static func madeHeaders(
        _ members: [String: JSONValue],
        hasPayload: Bool
    ) throws(Fault) -> [Header] {
        let type = try type(members["type"])
        let stream = members["stream"]?.integerValue ?? 0
        guard let stream = Int32(exactly: stream) else {
            throw Fault(message: "stream: expected an integer of 32 bits")
        }
        var headers: [Header] = []
        if type == 4 { headers.append(Header(name: ":version", value: .string("0.1.0"))) }
        if hasPayload, type < 2 { headers.append(Header(name: ":content-type", value: .string("application/json"))) }
        headers.append(Header(name: ":message-type", value: .int32(type)))
        headers.append(Header(name: ":message-flags", value: .int32(try flags(members["flags"]))))
        headers.append(Header(name: ":stream-id", value: .int32(stream)))
        if let operation = members["operation"]?.stringValue {
            let name = operation.contains("#") ? operation : "aws.greengrass#\(operation)"
            headers.append(Header(name: "operation", value: .string(name)))
        }
        return headers
    }

    private static func type(_ value: JSONValue?) throws(Fault) -> Int32 {
        if let number = value?.integerValue.flatMap(Int32.init(exactly:)) { return number }
        if let name = value?.stringValue, let index = FrameNames.types.firstIndex(of: name) { return Int32(index) }
        throw Fault(
            message: "expected headers, or a type: a number or one of \(FrameNames.types.joined(separator: ", "))"
        )
    }

    private static func flags(_ value: JSONValue?) throws(Fault) -> Int32 {
        guard let value else { return 0 }
        if let number = value.integerValue.flatMap(Int32.init(exactly:)) { return number }
        var bits: Int32 = 0
        for element in value.arrayValue ?? [.null] {
            if let number = element.integerValue.flatMap(Int32.init(exactly:)) {
                bits |= number
            } else if let flag = FrameNames.flags.first(where: { $0.name == element.stringValue }) {
                bits |= flag.bit
            } else {
                throw Fault(message: "flags: expected a list of CONNECTION_ACCEPTED, TERMINATE_STREAM or numbers")
            }
        }
        return bits
    }
}
