// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC

/// Makes what a nucleus sends, with headers and JSON members in the order in which it sends them.
enum ServerFrame {
    static func acknowledgement(accepted: Bool, svcuid: String? = nil) -> [UInt8] {
        let flags = accepted ? MessageFlags.connectionAccepted : 0
        return encode { headers in
            fixed(MessageType.connectAck, flags, 0, &headers)
            if let svcuid { headers.string(HeaderName.svcuid, svcuid) }
        }
    }

    /// A response or an event.
    static func application(
        _ json: [UInt8],
        shape: String,
        flags: Int32,
        stream: Int32,
        dialect: Dialect
    ) -> [UInt8] {
        shaped(MessageType.application, flags, stream, shape, dialect, payload: json)
    }

    /// A response that names no shape.
    static func unshaped(_ json: [UInt8], stream: Int32) -> [UInt8] {
        encode { headers in
            fixed(MessageType.application, 0, stream, &headers)
            headers.string(HeaderName.contentType, "application/json")
        } payload: {
            $0.append(contentsOf: json)
        }
    }

    static func error(_ failure: ServiceFailure, stream: Int32, dialect: Dialect) -> [UInt8] {
        let shape = modelNamespace + failure.code.rawValue
        let flags = MessageFlags.terminateStream
        let payload = errorPayload(failure, dialect)
        return shaped(MessageType.applicationError, flags, stream, shape, dialect, payload: payload)
    }

    private static func errorPayload(_ failure: ServiceFailure, _ dialect: Dialect) -> [UInt8] {
        var json = JSONWriter(escaping: dialect.escaping)
        json.beginObject()
        switch dialect {
        case .classic:
            if let text = failure.text { json.text("message", text) }
            if let type = failure.resourceType { json.text("resourceType", type) }
            if let name = failure.resourceName { json.text("resourceName", name) }
            json.text("_service", "aws.greengrass#GreengrassCoreIPC")
            if failure.isTextSetLate {
                json.text("_message", "")
            } else if let text = failure.text {
                json.text("_message", text)
            }
        case .lite:
            json.text("_message", failure.text ?? "")
        }
        json.text("_errorCode", failure.code.rawValue)
        json.endObject()
        return json.bytes
    }

    /// For what a handler throws without a model.
    static func internalServerError(stream: Int32, dialect: Dialect) -> [UInt8] {
        guard dialect == .classic else {
            return error(ServiceFailure(code: .service, text: nil), stream: stream, dialect: dialect)
        }
        return unshapedError(stream, contentType: "text/plain", payload: "InternalServerError")
    }

    static func unknownOperation(_ operation: String, stream: Int32, dialect: Dialect) -> [UInt8] {
        guard dialect == .classic else {
            return error(ServiceFailure(code: .service, text: nil), stream: stream, dialect: dialect)
        }
        let payload =
            #"{ "error": "Unsupported Operation", "message": "\#(operation) is an unsupported operation." }"#
        return unshapedError(stream, contentType: "application/json", payload: payload)
    }

    private static func unshapedError(_ stream: Int32, contentType: StaticString, payload: String) -> [UInt8] {
        encode { headers in
            headers.string(HeaderName.contentType, contentType)
            fixed(MessageType.applicationError, MessageFlags.terminateStream, stream, &headers)
        } payload: {
            $0.append(contentsOf: payload.utf8)
        }
    }

    /// PROTOCOL_ERROR; the connection is closed after it.
    static func protocolError(_ text: String) -> [UInt8] {
        connectionError(MessageType.protocolError, payload: #"{ "message": "\#(text)" }"#)
    }

    /// INTERNAL_ERROR; the connection is closed after it.
    static func internalError(_ text: String) -> [UInt8] {
        connectionError(MessageType.internalError, payload: #"{ "message": "\#(text)" }"#)
    }

    /// PROTOCOL_ERROR or INTERNAL_ERROR with a payload as it is: some are not well-formed JSON.
    static func connectionError(_ type: Int32, payload: String) -> [UInt8] {
        encode { headers in
            headers.string(HeaderName.contentType, "application/json")
            fixed(type, 0, 0, &headers)
        } payload: {
            $0.append(contentsOf: payload.utf8)
        }
    }

    /// The payload comes back, and every header whose name does not begin with a colon.
    static func pingResponse(to ping: Message) -> [UInt8] {
        let echoed = ping.headers.filter { !$0.name.hasPrefix(":") }
        return encode { headers in
            for header in echoed { headers.append(header) }
            fixed(MessageType.pingResponse, 0, 0, &headers)
        } payload: {
            $0.append(contentsOf: ping.payload)
        }
    }

    /// No real nucleus sends one, but the protocol has it.
    static func ping() -> [UInt8] {
        encode { headers in fixed(MessageType.ping, 0, 0, &headers) }
    }

    /// An event of a stream that no client has opened: none has that many.
    static func ofUnknownStream() -> [UInt8] {
        encode { headers in
            fixed(MessageType.application, 0, .max, &headers)
        } payload: {
            $0.append(contentsOf: "{}".utf8)
        }
    }

    /// The end of a subscription, as the classic nucleus tells it.
    static func terminate(stream: Int32) -> [UInt8] {
        encode { headers in fixed(MessageType.application, MessageFlags.terminateStream, stream, &headers) }
    }

    private static func shaped(
        _ type: Int32,
        _ flags: Int32,
        _ stream: Int32,
        _ shape: String,
        _ dialect: Dialect,
        payload: [UInt8]
    ) -> [UInt8] {
        encode(reserving: 160 + payload.count) { headers in
            if dialect == .lite { fixed(type, flags, stream, &headers) }
            headers.string(HeaderName.contentType, "application/json")
            headers.string(HeaderName.serviceModelType, shape)
            if dialect == .classic { fixed(type, flags, stream, &headers) }
        } payload: {
            $0.append(contentsOf: payload)
        }
    }

    private static func fixed(_ type: Int32, _ flags: Int32, _ stream: Int32, _ headers: inout HeaderWriter) {
        headers.int32(HeaderName.messageType, type)
        headers.int32(HeaderName.messageFlags, flags)
        headers.int32(HeaderName.streamIdentifier, stream)
    }

    /// What is too large for any frame comes out as no bytes at all.
    private static func encode(
        reserving capacity: Int = 256,
        headers: (inout HeaderWriter) -> Void,
        payload: (inout [UInt8]) -> Void = { _ in }
    ) -> [UInt8] {
        var frame: [UInt8] = []
        frame.reserveCapacity(capacity)
        do {
            try MessageEncoder.append(to: &frame, headers: headers, payload: payload)
        } catch {
            frame.removeAll()
        }
        return frame
    }
}

extension Dialect {
    /// How this nucleus spells JSON.
    var escaping: JSONWriter.Escaping {
        switch self {
        case .classic: .html
        case .lite: .standard
        }
    }
}

extension JSONWriter {
    /// A member that is a string.
    mutating func text(_ name: StaticString, _ value: String) {
        memberName(name)
        string(value)
    }

    /// Any value; a number that JSON cannot express becomes null.
    mutating func any(_ value: JSONValue) {
        let before = self
        do {
            try self.value(value)
        } catch {
            self = before
            null()
        }
    }
}
