// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC

extension ServerConnectionMachine {
    mutating func receivedByClassic(_ message: Message, _ headers: IncomingHeaders) -> [ConnectionAction] {
        // The library below the nucleus takes the length for a signed number.
        guard headers.longestValue <= Int(Int16.max) else { return decodeFailed(.headers) }
        guard let fixed = headers.classicFields else { return protocolError(ClassicText.missingFields) }
        if fixed.stream != 0 {
            guard fixed.stream > 0, fixed.type >= 0, fixed.type <= MessageType.applicationError else {
                return protocolError(ClassicText.streamNotAllowed)
            }
        }
        switch phase {
        case .awaitingConnect:
            guard fixed.type == MessageType.connect, fixed.stream == 0 else {
                return messageTooEarly("before CONNECT")
            }
            return classicConnect(message)
        case .authenticating: return messageTooEarly("before CONNECT was answered")
        case .open, .ending: break
        case .refused, .closed: return []
        }
        return fixed.stream == 0 ? onStreamZero(message, fixed) : onStream(message, headers, fixed)
    }

    private mutating func messageTooEarly(_ when: String) -> [ConnectionAction] {
        [
            finding(
                .messageBeforeAcknowledgement,
                on: .classic,
                "a protocol error and the end of the connection",
                detail: when
            )
        ] + protocolError(ClassicText.connectFirst)
    }

    private mutating func classicConnect(_ message: Message) -> [ConnectionAction] {
        guard message.headers[HeaderName.version] == .string("0.1.0"),
            let request = try? JSONValue(jsonBytes: message.payload), let token = request["authToken"]?.stringValue,
            !token.isEmpty
        else {
            return refuse()
        }
        phase = .authenticating
        return [.authenticate(Credentials(token: token))]
    }

    private mutating func onStreamZero(_ message: Message, _ fixed: FixedHeaders) -> [ConnectionAction] {
        switch fixed.type {
        case MessageType.ping: return ping(message)
        case MessageType.pingResponse: return []
        case MessageType.connect: return protocolError(ClassicText.connectFirst)
        case MessageType.connectAck, MessageType.protocolError, MessageType.internalError:
            // That the text is no JSON is the nucleus's, not ours.
            let text =
                #"{ "error": "Unrecognized Message Type" }"message": " message type value: \#(fixed.type) "#
                + #"is not recognized as a valid request path." }"#
            return end(ServerFrame.connectionError(MessageType.internalError, payload: text))
        default: return protocolError(ClassicText.invalidType)
        }
    }

    private mutating func ping(_ message: Message) -> [ConnectionAction] {
        guard message.headers.count > 3 else {
            phase = .closed
            return [
                finding(.barePing, on: .classic, "the nucleus process aborts, and every component loses its IPC"),
                .close,
            ]
        }
        let note = finding(.messageOnStreamZero, on: .lite, "the connection is closed", detail: "PING")
        return [note, .send(ServerFrame.pingResponse(to: message), .other)]
    }

    private mutating func onStream(
        _ message: Message,
        _ headers: IncomingHeaders,
        _ fixed: FixedHeaders
    ) -> [ConnectionAction] {
        if let stream = streams[fixed.stream] { return furtherMessage(message, fixed, on: stream) }
        let (next, overflow) = lastStream.addingReportingOverflow(1)
        if fixed.stream <= lastStream { return onEndedStream(message, fixed) }
        guard !overflow, fixed.stream == next else {
            return [
                finding(
                    .streamIdentifierGap,
                    on: .classic,
                    "a protocol error and the end of the connection",
                    detail: "stream \(fixed.stream) after \(lastStream)"
                )
            ] + protocolError(ClassicText.identifierTooHigh)
        }
        guard let operation = headers.operation, !operation.isEmpty else {
            let text =
                #"{ "message": "The first message for on a non-zero :stream-id must contain an operation header value."; }"#
            return end(ServerFrame.connectionError(MessageType.protocolError, payload: text))
        }
        lastStream = fixed.stream
        if fixed.isTerminate { return [] }
        if headers.longestName > 127 { return [] }
        streams[fixed.stream] = .called(operation)
        return [.call(ServiceCall(stream: fixed.stream, operation: operation, payload: message.payload))]
    }

    private mutating func onEndedStream(_ message: Message, _ fixed: FixedHeaders) -> [ConnectionAction] {
        if fixed.isTerminate, message.payload.isEmpty {
            return [
                finding(
                    .lateTerminate,
                    on: .classic,
                    "nothing since 2.18; before that a protocol error and the end of the connection",
                    detail: "stream \(fixed.stream)"
                )
            ]
        }
        let note = finding(
            .writeAfterTerminate,
            on: .classic,
            "a protocol error and the end of the connection",
            detail: "stream \(fixed.stream)"
        )
        if races.knowsEndedStreams {
            let frame = ServerFrame.internalServerError(stream: fixed.stream, dialect: .classic)
            return [note, .send(frame, .other)]
        }
        return [note] + protocolError(ClassicText.identifierTooLow)
    }

    private mutating func furtherMessage(
        _ message: Message,
        _ fixed: FixedHeaders,
        on stream: StreamPhase
    ) -> [ConnectionAction] {
        streams[fixed.stream] = nil
        let isEmptyTerminate =
            fixed.type == MessageType.application && fixed.isTerminate
            && message.payload.isEmpty
        if isEmptyTerminate { return [.streamEnded(fixed.stream)] }
        let operation =
            switch stream {
            case .called(let name), .subscribed(let name): name
            }
        return [
            .streamEnded(fixed.stream),
            .send(ServerFrame.internalServerError(stream: fixed.stream, dialect: .classic), .reply(operation)),
        ]
    }

    private mutating func protocolError(_ text: String) -> [ConnectionAction] { end(ServerFrame.protocolError(text)) }

    /// Sends an error that ends the connection.
    private mutating func end(_ error: [UInt8]) -> [ConnectionAction] {
        if races.answersAfterError, phase == .open {
            phase = .ending
            return [.send(error, .other)]
        }
        phase = .closed
        return [.send(error, .other), .close]
    }
}
