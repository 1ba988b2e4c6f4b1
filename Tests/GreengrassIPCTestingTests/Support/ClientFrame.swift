// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC

@testable import GreengrassIPCTesting

/// Messages as a client makes them, good and bad ones.
enum ClientFrame {
    static func make(
        type: Int32,
        flags: Int32 = 0,
        stream: Int32 = 0,
        _ more: [Header] = [],
        payload: String = ""
    ) -> [UInt8] {
        let fixed = [
            Header(name: ":message-type", value: .int32(type)), Header(name: ":message-flags", value: .int32(flags)),
            Header(name: ":stream-id", value: .int32(stream)),
        ]
        return raw(fixed + more, payload: payload)
    }

    static func raw(_ headers: [Header], payload: String = "") -> [UInt8] {
        (try? Message(headers: headers, payload: Array(payload.utf8)))?.encoded() ?? []
    }

    static func connect(_ token: String, version: String? = "0.1.0", stream: Int32 = 0) -> [UInt8] {
        connect(payload: #"{"authToken":"\#(token)"}"#, version: version, stream: stream)
    }

    static func connect(payload: String, version: String? = "0.1.0", stream: Int32 = 0) -> [UInt8] {
        let headers = version.map { [Header(name: ":version", value: .string($0))] } ?? []
        return make(type: 4, stream: stream, headers, payload: payload)
    }

    static func call(
        _ stream: Int32,
        _ operation: String,
        _ payload: String = "{}",
        type: Int32 = 0,
        flags: Int32 = 0
    ) -> [UInt8] {
        let name = operation.contains("#") ? operation : "aws.greengrass#" + operation
        return make(
            type: type,
            flags: flags,
            stream: stream,
            [Header(name: "operation", value: .string(name))],
            payload: payload
        )
    }

    static func subscribe(_ stream: Int32, _ filter: String) -> [UInt8] {
        call(stream, "SubscribeToIoTCore", #"{"topicName":"\#(filter)","qos":"1"}"#)
    }

    static func terminate(_ stream: Int32, payload: String = "") -> [UInt8] {
        make(type: 0, flags: 2, stream: stream, payload: payload)
    }
}
