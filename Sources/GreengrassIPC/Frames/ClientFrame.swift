// SPDX-License-Identifier: Apache-2.0

internal import EventStream

/// The frames that a client sends. Headers of types int32 and string only: lite knows no others.
enum ClientFrame {
    /// CONNECT; what follows must wait for the answer [protocol 3.2].
    static func appendConnect(
        to output: inout [UInt8],
        _ authentication: GreengrassIPCConfiguration.Authentication
    ) throws(EventStreamError) {
        var body = JSONWriter()
        body.beginObject()
        switch authentication {
        case .svcuid(let token):
            body.memberName("authToken")
            body.string(token)
        case .componentName(let name):
            body.memberName("componentName")
            body.string(name)
        }
        body.endObject()
        let payload = body.bytes
        try MessageEncoder.append(
            to: &output,
            headers: { headers in
                headers.string(":version", "0.1.0" as StaticString)
                appendFixed(&headers, type: MessageType.connect, flags: 0, streamID: 0)
            },
            payload: { $0.append(contentsOf: payload) }
        )
    }

    /// The first message of a stream.
    static func appendRequest(
        to output: inout [UInt8],
        _ operation: OperationDescriptor,
        streamID: Int32,
        payload: [UInt8],
        limit: Int
    ) throws(EventStreamError) {
        try MessageEncoder.append(
            to: &output,
            limits: MessageLimits(frameByteCount: limit),
            headers: { headers in
                headers.string(":content-type", "application/json" as StaticString)
                headers.string("service-model-type", operation.requestShape)
                appendFixed(&headers, type: MessageType.application, flags: 0, streamID: streamID)
                headers.string("operation", operation.name)
            },
            payload: { $0.append(contentsOf: payload) }
        )
    }

    /// Ends a stream from this side: empty, and not answered.
    static func appendTerminate(to output: inout [UInt8], streamID: Int32) throws(EventStreamError) {
        try MessageEncoder.append(
            to: &output,
            headers: { headers in
                appendFixed(
                    &headers,
                    type: MessageType.application,
                    flags: MessageFlags.terminateStream,
                    streamID: streamID
                )
            },
            payload: { _ in }
        )
    }

    /// The answer to a PING: its payload and those of its headers that do not begin with a colon.
    static func appendPingResponse(to output: inout [UInt8], _ ping: RPCMessage) throws(EventStreamError) {
        try MessageEncoder.append(
            to: &output,
            headers: { headers in
                for header in ping.headers where !header.name.hasPrefix(":") { headers.append(header) }
                appendFixed(&headers, type: MessageType.pingResponse, flags: 0, streamID: 0)
            },
            payload: { $0.append(contentsOf: ping.payload) }
        )
    }

    private static func appendFixed(_ headers: inout HeaderWriter, type: Int32, flags: Int32, streamID: Int32) {
        headers.int32(":message-type", type)
        headers.int32(":message-flags", flags)
        headers.int32(":stream-id", streamID)
    }
}
