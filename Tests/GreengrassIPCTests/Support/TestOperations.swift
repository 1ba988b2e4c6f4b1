// SPDX-License-Identifier: Apache-2.0

@testable import GreengrassIPC

/// An operation whose request cannot be written.
enum UnwritableOperation: GreengrassIPCOperation {
    struct Request: JSONWritable, Sendable {
        func write(to writer: inout JSONWriter) throws(JSONError) {
            throw JSONError(offset: 0, message: "not a number")
        }
    }

    typealias Response = PublishToIoTCoreResponse
    static let descriptor = OperationDescriptor("aws.greengrass#Unwritable")
}

extension MQTTMessage {
    var text: String { String(decoding: payload ?? [], as: UTF8.self) }
}

extension IoTCoreMessage {
    /// The payload of a message, or what kind of event it is.
    var text: String {
        switch self {
        case .message(let message): message.text
        case .unknown(let name): "unknown(\(name))"
        }
    }
}

extension ScriptedNucleus.Peer {
    /// An event of SubscribeToIoTCore with a payload.
    func sendMessage(stream: Int32, _ text: String, flags: Int32 = 0) {
        send(flags: flags, stream: stream, shape: "IoTCoreMessage", json: Self.messageJSON(text))
    }

    static func messageJSON(_ text: String) -> String {
        let message = IoTCoreMessage.message(MQTTMessage(topicName: "t", payload: Array(text.utf8)))
        return (try? message.jsonText()) ?? ""
    }

    /// The response of SubscribeToIoTCore.
    func establish(stream: Int32) {
        send(stream: stream, shape: "SubscribeToIoTCoreResponse", json: "{}")
    }
}
