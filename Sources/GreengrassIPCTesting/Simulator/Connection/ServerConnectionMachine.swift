// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC

/// The server's side of one connection: handshake, streams, and what happens to those who break a rule.
///
/// Facts go in, actions come out. What both nuclei have in common is here, the rest is in one file for each.
struct ServerConnectionMachine: Sendable {
    let dialect: Dialect
    var phase: Phase = .awaitingConnect
    /// Who connected, once that is known.
    var component: String?
    /// The highest stream identifier seen.
    var lastStream: Int32 = 0
    /// Streams that are open; classic only, since lite keeps no such table.
    var streams: [Int32: StreamPhase] = [:]
    var races = RaceOutcomes()
    /// A fault has sent a PING: its answers are no offence.
    var isPinged = false
    /// CONNECT was acknowledged, but the bytes that came with it are not all looked at yet.
    private var isAcknowledgedInThisRead = false

    enum Phase: Sendable, Equatable {
        case awaitingConnect
        case authenticating
        case open
        /// An error that ends the connection was sent, and one request more is answered.
        case ending
        case refused
        case closed
    }

    enum StreamPhase: Sendable, Equatable {
        /// The service has not answered yet.
        case called(String)
        case subscribed(String)
    }

    init(dialect: Dialect) {
        self.dialect = dialect
    }

    /// A whole, intact message.
    mutating func received(_ message: Message) -> [ConnectionAction] {
        switch phase {
        case .closed: return []
        case .refused: return [finding(.messageAfterRefusal, on: .classic, "the nucleus process can abort")]
        case .awaitingConnect, .authenticating, .open, .ending: break
        }
        let headers = IncomingHeaders(message, dialect: dialect)
        var actions = lookForHarm(in: message, headers)
        if phase == .closed { return actions }
        if isAcknowledgedInThisRead {
            actions.append(
                finding(
                    .messageBeforeAcknowledgement,
                    on: .classic,
                    "a protocol error and the end of the connection, unless the acknowledgement wins the race"
                )
            )
        }
        switch dialect {
        case .classic: actions += receivedByClassic(message, headers)
        case .lite: actions += receivedByLite(message, headers)
        }
        return actions
    }

    /// Everything that came in one read has been handed in.
    mutating func readEnded() { isAcknowledgedInThisRead = false }

    /// What came is no message.
    mutating func decodeFailed(_ failure: DecodeFailure) -> [ConnectionAction] {
        guard phase != .closed else { return [] }
        var actions: [ConnectionAction] = []
        switch failure {
        case .lengthTooSmall:
            let consequence = "below 12 the nucleus serves no component any more until it is restarted"
            actions.append(finding(.lengthTooSmall, on: .classic, consequence))
        case .headerType:
            actions.append(finding(.headerType, on: .classic, "the nucleus process aborts"))
        case .tooLarge:
            actions.append(finding(.messageTooLarge, on: .lite, "the connection is reset"))
        case .corrupt, .headers: break
        }
        let wasRefused = phase == .refused
        phase = .closed
        if case .headers = failure, dialect == .classic, !wasRefused {
            actions.append(.send(ServerFrame.internalError(ClassicText.peerError), .other))
        }
        actions.append(.close)
        return actions
    }

    /// The client sends no more. `unread` bytes of a message had come.
    mutating func endOfFile(unread: Int) -> [ConnectionAction] {
        guard phase != .closed, phase != .refused else { return [] }
        phase = .closed
        var actions: [ConnectionAction] = []
        if unread > 0 {
            actions.append(
                finding(
                    .partialMessage,
                    on: .lite,
                    "every other component waits until the rest comes or 5 s are over",
                    detail: "\(unread) bytes of a message"
                )
            )
        }
        actions.append(.close)
        return actions
    }

    /// The answer to ``ConnectionAction/authenticate(_:)``. A `svcuid` is sent to those who came without a token.
    mutating func authenticated(as component: String, svcuid: String?) -> [ConnectionAction] {
        guard phase == .authenticating else { return [] }
        self.component = component
        phase = .open
        isAcknowledgedInThisRead = true
        return [.send(ServerFrame.acknowledgement(accepted: true, svcuid: svcuid), .acknowledgement)]
    }

    /// The other answer to ``ConnectionAction/authenticate(_:)``.
    mutating func refuse() -> [ConnectionAction] {
        phase = .refused
        switch dialect {
        case .classic:
            return [.send(ServerFrame.acknowledgement(accepted: false, svcuid: nil), .acknowledgement), .close]
        case .lite:
            return [.close]
        }
    }

    /// A service's answer; nothing if the client has ended the stream meanwhile.
    mutating func reply(_ reply: Reply, to call: ServiceCall) -> [ConnectionAction] {
        guard phase == .open || phase == .ending else { return [] }
        if dialect == .classic {
            guard case .called? = streams[call.stream] else { return [] }
            if case .response(_, _, keepsStreamOpen: true) = reply {
                streams[call.stream] = .subscribed(call.operation)
            } else {
                streams[call.stream] = nil
            }
        }
        let answer = ConnectionAction.send(frame(for: reply, on: call.stream), .reply(call.operation))
        guard phase == .ending else { return [answer] }
        phase = .closed
        return [answer, .close]
    }

    /// An event for an open subscription. `nil` when it cannot be sent: the stream is over, or lite drops it for its
    /// size.
    func event(_ shape: String, json: [UInt8], on stream: Int32) -> [UInt8]? {
        guard phase == .open else { return nil }
        if dialect == .classic {
            guard case .subscribed? = streams[stream] else { return nil }
        }
        let frame = ServerFrame.application(json, shape: shape, flags: 0, stream: stream, dialect: dialect)
        guard !frame.isEmpty, frame.count <= dialect.outboundLimit else { return nil }
        return frame
    }

    private func frame(for reply: Reply, on stream: Int32) -> [UInt8] {
        let frame: [UInt8]
        switch reply {
        case .response(let shape, let json, let keepsStreamOpen):
            let flags = keepsStreamOpen ? 0 : dialect.oneShotFlags
            frame = ServerFrame.application(json, shape: shape, flags: flags, stream: stream, dialect: dialect)
        case .unshaped(let json):
            frame = ServerFrame.unshaped(json, stream: stream)
        case .failure(let failure):
            frame = ServerFrame.error(failure, stream: stream, dialect: dialect)
        case .internalServerError:
            frame = ServerFrame.internalServerError(stream: stream, dialect: dialect)
        case .unknownOperation(let operation):
            frame = ServerFrame.unknownOperation(operation, stream: stream, dialect: dialect)
        }
        if !frame.isEmpty, frame.count <= dialect.outboundLimit { return frame }
        return ServerFrame.internalServerError(stream: stream, dialect: dialect)
    }

    func finding(
        _ rule: Finding.Rule,
        on nucleus: Dialect,
        _ consequence: String,
        operation: String? = nil,
        detail: String = ""
    ) -> ConnectionAction {
        .finding(
            Finding(rule, on: nucleus, consequence, component: component, operation: operation, detail: detail)
        )
    }

    func largeMessage(_ length: Int) -> ConnectionAction {
        finding(.messageTooLarge, on: .lite, "the connection is reset", detail: "\(length) bytes")
    }
}

/// How races end that go on inside the classic nucleus. What is here by default is what mostly happens.
struct RaceOutcomes: Sendable, Equatable {
    /// Whether a stream that has just ended is still known when the client's next message for it comes.
    var knowsEndedStreams = false
    /// Whether a request is still answered that was under way when an error ended the connection.
    var answersAfterError = false
}

/// Why the bytes of a client are no message.
enum DecodeFailure: Sendable, Equatable {
    case lengthTooSmall
    case tooLarge
    /// A checksum, or the length of the header block.
    case corrupt
    /// The block is intact, the headers in it are not.
    case headers
    case headerType
}
