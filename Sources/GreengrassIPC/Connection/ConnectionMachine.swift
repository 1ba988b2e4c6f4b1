// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// What a stream was opened for.
enum StreamKind: Sendable {
    /// One request, one reply.
    case call
    /// A response, then events until either side ends the stream; told apart by their shapes.
    ///
    /// - Parameter eventShape: nil when it is not known: then whatever is no response is an event.
    case subscription(eventShape: [UInt8]?, responseShape: [UInt8])
}

/// One connection to the nucleus: the handshake and the streams on it [protocol 3, 4]. No input or output, no clock.
///
/// `Context` stands for whoever waits behind a stream.
struct ConnectionMachine<Context> {
    private enum State {
        case awaitingAck
        case open
        case closed
    }

    private struct Stream {
        var context: Context
        var kind: StreamKind
        var isEstablished = false
        var deadline: Instant
    }

    private var state = State.awaitingAck
    private var streams: [Int32: Stream] = [:]
    /// Streams that nobody has a use for and that have yet to be ended.
    private var lingering: Set<Int32> = []
    private var lastID: Int32
    /// No stream's deadline is before this one.
    private(set) var nextDeadline = Instant(nanoseconds: .max)

    /// - Parameter lastID: the id before the first one to be used; only tests choose another than 0.
    init(lastID: Int32 = 0) {
        self.lastID = lastID
    }

    var isOpen: Bool { if case .open = state { true } else { false } }
    var streamCount: Int { streams.count }

    // MARK: - What the nucleus sends

    enum ReceivedAction {
        case none
        /// The nucleus has accepted the connection.
        case connected
        /// The nucleus does not know the token. Nothing may be sent any more.
        case refused
        /// A call is over.
        case reply(Context)
        /// A stream is over with an error frame.
        case error(Context)
        /// A subscription is there; its response is in the frame.
        case established(Context)
        case event(Context)
        /// The nucleus has ended a subscription, or answered a call without a payload.
        case ended(Context)
        /// An event of a shape that is not the operation's.
        case unknownEvent(Context)
        case answerPing
        /// The peer broke the protocol or says that we did: close.
        case fail(Failure)
    }

    enum Failure: Equatable {
        case unexpectedMessage(type: Int32)
        case reportedByPeer
    }

    mutating func received(_ message: RPCMessage) -> ReceivedAction {
        switch state {
        case .closed: return .none
        case .awaitingAck: return receivedBeforeAck(message)
        case .open: break
        }
        guard message.streamID != 0 else { return receivedOnConnection(message) }
        guard let stream = streams[message.streamID] else {
            // A stream that was cancelled or has ended: what was under way is of no interest, but what the nucleus has
            // ended must not be ended again.
            if message.terminatesStream || message.type == MessageType.applicationError {
                lingering.remove(message.streamID)
            }
            return .none
        }
        switch message.type {
        case MessageType.application: return receivedOnStream(message, stream)
        case MessageType.applicationError:
            streams[message.streamID] = nil
            return .error(stream.context)
        default: return .fail(.unexpectedMessage(type: message.type))
        }
    }

    private mutating func receivedBeforeAck(_ message: RPCMessage) -> ReceivedAction {
        switch message.type {
        case MessageType.connectAck:
            guard message.flags & MessageFlags.connectionAccepted != 0 else {
                state = .closed
                return .refused
            }
            state = .open
            return .connected
        case MessageType.protocolError, MessageType.internalError: return .fail(.reportedByPeer)
        default: return .fail(.unexpectedMessage(type: message.type))
        }
    }

    private func receivedOnConnection(_ message: RPCMessage) -> ReceivedAction {
        switch message.type {
        case MessageType.ping: .answerPing
        case MessageType.pingResponse: .none
        case MessageType.protocolError, MessageType.internalError: .fail(.reportedByPeer)
        default: .fail(.unexpectedMessage(type: message.type))
        }
    }

    private mutating func receivedOnStream(_ message: RPCMessage, _ stream: Stream) -> ReceivedAction {
        guard case .subscription(let eventShape, let responseShape) = stream.kind else {
            // Over at the first reply, whatever its flags: lite never says TERMINATE.
            streams[message.streamID] = nil
            return .reply(stream.context)
        }
        // Told apart by shape, not by place: an event may come before the response.
        let isEvent =
            if let eventShape { message.isOfShape(eventShape) } else {
                Self.isEventOfAnyShape(message, isEstablished: stream.isEstablished)
            }
        if isEvent {
            if message.terminatesStream { streams[message.streamID] = nil }
            return .event(stream.context)
        }
        if message.terminatesStream {
            streams[message.streamID] = nil
            return .ended(stream.context)
        }
        // A response without a shape is let pass; what has another shape is an event that this library does not know.
        let isResponse =
            eventShape == nil ? !stream.isEstablished : !message.hasShape || message.isOfShape(responseShape)
        guard !stream.isEstablished, isResponse else { return .unknownEvent(stream.context) }
        streams[message.streamID]?.isEstablished = true
        streams[message.streamID]?.deadline = Instant(nanoseconds: .max)
        return .established(stream.context)
    }

    /// Of an operation that nothing is known of but its name: responses are named so, by all that is known; no event is.
    private static func isEventOfAnyShape(_ message: RPCMessage, isEstablished: Bool) -> Bool {
        guard message.hasShape else { return isEstablished && !message.payload.isEmpty }
        return !message.shapeHasSuffix("Response")
    }

    // MARK: - What the client starts

    /// The id that the next stream will have; nil when the connection's ids are used up.
    var nextID: Int32? { lastID == .max ? nil : lastID + 1 }

    /// Opens the stream with `nextID`, whose request has been encoded and will be sent next: a gap or another order
    /// would end the connection.
    mutating func opened(_ context: Context, _ kind: StreamKind, deadline: Instant) -> Int32 {
        precondition(isOpen && lastID < .max, "a stream on a connection that is not open")
        lastID += 1
        streams[lastID] = Stream(context: context, kind: kind, deadline: deadline)
        nextDeadline = min(nextDeadline, deadline)
        return lastID
    }

    /// Gives a stream up; true when the nucleus has to be told, which is when it has not ended the stream itself.
    mutating func abandon(_ id: Int32) -> Bool {
        streams.removeValue(forKey: id) != nil && isOpen
    }

    /// Gives a stream up without telling the nucleus yet; false when it has ended already.
    mutating func linger(_ id: Int32) -> Bool {
        guard abandon(id) else { return false }
        lingering.insert(id)
        return true
    }

    /// True when a stream that lingers has to be ended now.
    mutating func endLingering(_ id: Int32) -> Bool {
        lingering.remove(id) != nil && isOpen
    }

    /// Takes out all that linger; each has to be ended.
    mutating func endAllLingering() -> [Int32] {
        defer { lingering = [] }
        return isOpen ? lingering.sorted() : []
    }

    /// Takes out the streams whose time is up; each has to be ended at the nucleus too.
    mutating func deadlinePassed(now: Instant) -> [(id: Int32, context: Context)] {
        guard nextDeadline <= now else { return [] }
        let expired = streams.filter { $0.value.deadline <= now }.sorted { $0.key < $1.key }
        for (id, _) in expired { streams[id] = nil }
        nextDeadline = streams.values.map(\.deadline).min() ?? Instant(nanoseconds: .max)
        return expired.map { ($0.key, $0.value.context) }
    }

    /// Ends everything; answers whoever still waited, in the order of their streams.
    mutating func closed() -> [Context] {
        state = .closed
        let waiting = streams.sorted { $0.key < $1.key }.map(\.value.context)
        streams = [:]
        lingering = []
        nextDeadline = Instant(nanoseconds: .max)
        return waiting
    }
}
