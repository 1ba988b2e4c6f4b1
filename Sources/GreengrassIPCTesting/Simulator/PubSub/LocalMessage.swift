// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// A message between components of one device.
struct LocalMessage: Sendable, Equatable {
    var topic: String
    var content: Content

    enum Content: Sendable, Equatable {
        case json(JSONValue)
        case binary([UInt8])
        /// Neither, which the classic nucleus lets pass.
        case nothing
    }

    /// The event's payload for a component.
    func event(_ dialect: Dialect) -> [UInt8] {
        var json = JSONWriter(escaping: dialect.escaping)
        json.beginObject()
        switch content {
        case .json(let value):
            json.memberName("jsonMessage")
            json.beginObject()
            json.memberName("message")
            json.any(dialect == .classic ? value.withDoubles : value)
            context(&json)
            json.endObject()
        case .binary(let bytes):
            json.memberName("binaryMessage")
            json.beginObject()
            json.member("message", blob: bytes)
            context(&json)
            json.endObject()
        case .nothing: break
        }
        json.endObject()
        return json.bytes
    }

    private func context(_ json: inout JSONWriter) {
        json.memberName("context")
        json.beginObject()
        json.text("topic", topic)
        json.endObject()
    }
}

/// Whether a component hears its own local messages.
enum ReceiveMode: String, Sendable {
    case allMessages = "RECEIVE_ALL_MESSAGES"
    case fromOthers = "RECEIVE_MESSAGES_FROM_OTHERS"
}
