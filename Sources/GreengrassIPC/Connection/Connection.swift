// SPDX-License-Identifier: Apache-2.0

internal import EventReactor
internal import EventStream

/// Who waits behind a stream.
enum StreamContext {
    case call(PendingCall)
    case subscription(SubscriptionRecord, attempt: Int)
}

/// One connection to the nucleus, used once: the side effects of `ConnectionMachine`.
final actor Connection: StreamSocketOwner {
    /// Hears what concerns more than one stream. Called on the loop's thread.
    protocol Owner: AnyObject {
        func connectionHasOpened(_ connection: Connection)
        /// - Parameter isFinal: trying again with the same token cannot help.
        func connectionHasClosed(_ connection: Connection, _ error: GreengrassIPCError, isFinal: Bool)
        func subscription(_ record: SubscriptionRecord, attempt: Int, _ event: SubscriptionMachine.StreamEvent)
        /// An event was delivered that the nucleus waits for an answer to.
        func willOwe(_ answer: OwedAnswer)
    }

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let configuration: GreengrassIPCConfiguration
    private let metrics: MetricsStore
    private weak var owner: (any Owner)?
    private var machine = ConnectionMachine<StreamContext>()
    private var decoder: MessageDecoder
    private var socket: StreamSocket?
    private var isClosed = false
    private var lingerTimers: [Int32: LoopTimer] = [:]
    private var armedDeadline = Instant(nanoseconds: .max)
    private lazy var deadlineTimer = LoopTimer { [unowned self] in assumeIsolated { $0.deadlineHasPassed() } }
    private lazy var handshakeTimer = LoopTimer { [unowned self] in assumeIsolated { $0.handshakeHasTimedOut() } }

    private static let readSize = 64 * 1024

    init(_ configuration: GreengrassIPCConfiguration, loop: EventLoop, metrics: MetricsStore, owner: any Owner) {
        self.configuration = configuration
        self.metrics = metrics
        self.loop = loop
        self.owner = owner
        decoder = MessageDecoder(limits: MessageLimits(frameByteCount: configuration.receiveLimit))
    }

    /// Connects and sends CONNECT; the owner hears how it ends.
    func start() throws(SystemError) {
        let socket = try StreamSocket.connect(to: .unix(path: configuration.socketPath), loop: loop, owner: self)
        self.socket = socket
        loop.arm(handshakeTimer, after: configuration.connectTimeout)
        send { output throws(EventStreamError) in
            try ClientFrame.appendConnect(to: &output, configuration.authentication)
        }
    }

    // MARK: - Streams

    func start(_ call: PendingCall) {
        guard call.isWanted else { return }
        do throws(GreengrassIPCError) {
            let id = try open(.call(call), .call, call.operation, call.payload, deadline: call.deadline)
            call.stream = (self, id)
        } catch {
            call.finish(.failure(error))
        }
    }

    /// Opens a stream for a subscription; answers its id.
    func start(_ record: SubscriptionRecord, attempt: Int) throws(GreengrassIPCError) -> Int32 {
        let kind = StreamKind.subscription(
            eventShape: record.operation.eventShapeBytes,
            responseShape: record.operation.responseShapeBytes
        )
        let deadline = record.responseTimeout.map { Instant.now() + $0 } ?? Instant(nanoseconds: .max)
        return try open(
            .subscription(record, attempt: attempt),
            kind,
            record.operation,
            record.payload,
            deadline: deadline
        )
    }

    /// Ends a stream from this side, if it has not ended.
    func abandon(_ id: Int32) {
        guard machine.abandon(id) else { return }
        send { output throws(EventStreamError) in try ClientFrame.appendTerminate(to: &output, streamID: id) }
    }

    /// Ends a stream a little later; what comes on it until then is nobody's.
    ///
    /// The classic nucleus takes a filter that it is giving up at the broker for one that it has, and a stream made
    /// meanwhile is deaf for ever [protocol 14.6]. Whoever closes a subscription and makes it again at once finds
    /// the old stream still there.
    func abandon(_ id: Int32, after delay: Duration) {
        guard machine.linger(id) else { return }
        let timer = LoopTimer { [weak self] in self?.assumeIsolated { $0.lingeringIsOver(id) } }
        lingerTimers[id] = timer
        loop.arm(timer, after: delay)
    }

    private func lingeringIsOver(_ id: Int32) {
        lingerTimers[id] = nil
        guard machine.endLingering(id) else { return }
        send { output throws(EventStreamError) in try ClientFrame.appendTerminate(to: &output, streamID: id) }
    }

    private func open(
        _ context: StreamContext,
        _ kind: StreamKind,
        _ operation: OperationDescriptor,
        _ payload: [UInt8],
        deadline: Instant
    ) throws(GreengrassIPCError) -> Int32 {
        guard let socket, machine.isOpen else {
            throw GreengrassIPCError(.connectionLost, "the connection has been closed", operation: operation.name)
        }
        guard !socket.isFull else {
            let text = "the nucleus does not read: \(socket.queuedByteCount) bytes wait to be sent"
            throw GreengrassIPCError(.overloaded, text, operation: operation.name)
        }
        guard let id = machine.nextID else {
            close(GreengrassIPCError(.connectionLost, "the connection's 2 147 483 647 streams are used up"))
            throw GreengrassIPCError(.connectionLost, "the connection's streams are used up", operation: operation.name)
        }
        let limit = configuration.frameLimit.byteCount
        do throws(EventStreamError) {
            try socket.write { output throws(EventStreamError) in
                try ClientFrame.appendRequest(
                    to: &output,
                    operation,
                    streamID: id,
                    payload: payload,
                    limit: limit
                )
            }
        } catch {
            throw GreengrassIPCError(
                error.code == .frameTooLarge ? .requestTooLarge : .invalidRequest,
                "\(error.message); nothing was sent",
                operation: operation.name
            )
        }
        // The bytes leave when this turn of the loop ends, so no answer can come before this.
        let opened = machine.opened(context, kind, deadline: deadline)
        armDeadline()
        return opened
    }

    private func send(_ append: (inout [UInt8]) throws(EventStreamError) -> Void) {
        do throws(EventStreamError) {
            try socket?.write(append)
        } catch {
            close(GreengrassIPCError(.invalidConfiguration, "a frame cannot be written: \(error.message)"))
        }
    }

    // MARK: - The socket

    nonisolated func socketIsReadable() {
        assumeIsolated { $0.readSocket() }
    }

    nonisolated func socketHasFailed(_ error: SystemError) {
        assumeIsolated { $0.close($0.lost("the connection was lost", error)) }
    }

    private func readSocket() {
        guard let socket else { return }
        do {
            var ended = false
            try decoder.append(capacity: Self.readSize) { buffer throws(SystemError) in
                switch try socket.read(into: buffer) {
                case .bytes(let count): return count
                case .wouldBlock: return 0
                case .endOfStream:
                    ended = true
                    return 0
                }
            }
            try handleMessages()
            if ended, !isClosed {
                try decoder.finish()
                close(lost("the nucleus has closed the connection", nil))
            }
        } catch let error as EventStreamError {
            // Lite leaves a truncated frame behind when a client reads too slowly: nothing after it can be trusted.
            close(GreengrassIPCError(.protocolViolation, "the nucleus sent a broken frame", cause: error))
        } catch {
            close(lost("the connection was lost", error))
        }
    }

    private func handleMessages() throws(EventStreamError) {
        while !isClosed, let frame = try decoder.next() {
            guard let message = RPCMessage(frame) else {
                close(GreengrassIPCError(.protocolViolation, "the nucleus sent a message without its fixed headers"))
                return
            }
            perform(machine.received(message), message)
        }
    }

    /// The one place where what the nucleus sent has effects.
    private func perform(_ action: ConnectionMachine<StreamContext>.ReceivedAction, _ message: RPCMessage) {
        switch action {
        case .none: break
        case .connected:
            loop.cancel(handshakeTimer)
            owner?.connectionHasOpened(self)
        case .refused: close(GreengrassIPCError(.accessDenied, Self.refusedText), isFinal: true)
        case .reply(.call(let call)): call.finish(.success(Array(message.payload)))
        case .error(.call(let call)):
            call.finish(.failure(ErrorPayload.decode(message, operation: call.operation.name)))
        case .ended(.call(let call)), .established(.call(let call)), .event(.call(let call)),
            .unknownEvent(.call(let call)):
            call.fail(.protocolViolation, "the nucleus answered as to a subscription")
        case .event(.subscription(let record, let attempt)): deliver(message, record, attempt)
        case .established(.subscription(let record, let attempt)):
            owner?.subscription(record, attempt: attempt, .established(Array(message.payload)))
        case .error(.subscription(let record, let attempt)):
            let error = ErrorPayload.decode(message, operation: record.operation.name)
            owner?.subscription(record, attempt: attempt, .failed(error))
        case .ended(.subscription(let record, let attempt)), .reply(.subscription(let record, let attempt)):
            owner?.subscription(record, attempt: attempt, .failed(Self.ended(record, message)))
        case .unknownEvent(.subscription(let record, _)):
            metrics.subscriptionChanged(record.operation) { $0.unreadableEvents += 1 }
            let text = "an event of unknown shape was left out"
            configuration.log?(LogEvent(.eventDropped, .debug, text, [(.operation, record.operation.name)]))
        case .answerPing: answer(ping: message)
        case .fail(let failure): close(violation(failure, message))
        }
    }

    private func answer(ping: RPCMessage) {
        do throws(EventStreamError) {
            try socket?.write { output throws(EventStreamError) in
                try ClientFrame.appendPingResponse(to: &output, ping)
            }
        } catch {
            // One with a header longer than may be written: not worth a connection.
        }
    }

    private func deliver(_ message: RPCMessage, _ record: SubscriptionRecord, _ attempt: Int) {
        let payload = Array(message.payload)
        switch record.deliver(payload, attempt: attempt) {
        case .taken: if let answer = record.owes?(payload) { owner?.willOwe(answer) }
        case .duplicate: metrics.subscriptionChanged(record.operation) { $0.duplicateEvents += 1 }
        case .full: owner?.subscription(record, attempt: attempt, .overflowed)
        }
        if message.terminatesStream {
            owner?.subscription(record, attempt: attempt, .failed(Self.ended(record, message)))
        }
    }

    private static func ended(_ record: SubscriptionRecord, _ message: RPCMessage) -> GreengrassIPCError {
        let operation = record.operation
        if message.isOfShape(operation.responseShapeBytes) {
            let text = "the nucleus has answered and ended the stream: the operation brings no events, call it"
            return GreengrassIPCError(.invalidRequest, text, operation: operation.name)
        }
        return GreengrassIPCError(
            .connectionLost,
            "the nucleus has ended the subscription",
            operation: operation.name
        )
    }

    // MARK: - Time

    private func armDeadline() {
        let next = machine.nextDeadline
        guard next < armedDeadline else { return }
        armedDeadline = next
        loop.arm(deadlineTimer, at: next)
    }

    private func deadlineHasPassed() {
        armedDeadline = Instant(nanoseconds: .max)
        for (id, context) in machine.deadlinePassed(now: .now()) {
            send { output throws(EventStreamError) in try ClientFrame.appendTerminate(to: &output, streamID: id) }
            switch context {
            case .call(let call): call.fail(.timeout, "the nucleus did not answer in time")
            case .subscription(let record, let attempt):
                let error = GreengrassIPCError(
                    .timeout,
                    "the nucleus did not answer in time",
                    operation: record.operation.name
                )
                owner?.subscription(record, attempt: attempt, .failed(error))
            }
        }
        armDeadline()
    }

    private func handshakeHasTimedOut() {
        let text = "the nucleus did not answer CONNECT within \(configuration.connectTimeout)"
        close(GreengrassIPCError(.timeout, text))
    }

    // MARK: - The end

    /// Closes the connection; every call on it fails, every subscription learns of it through the owner.
    func close(_ error: GreengrassIPCError, isFinal: Bool = false) {
        guard !isClosed else { return }
        isClosed = true
        socket?.close()
        socket = nil
        loop.cancel(deadlineTimer)
        loop.cancel(handshakeTimer)
        for timer in lingerTimers.values { loop.cancel(timer) }
        lingerTimers = [:]
        let callError = Self.callError(error)
        for context in machine.closed() {
            switch context {
            case .call(let call): call.finish(.failure(callError.during(call.operation.name)))
            case .subscription(let record, let attempt):
                owner?.subscription(record, attempt: attempt, .connectionLost)
            }
        }
        owner?.connectionHasClosed(self, error, isFinal: isFinal)
        owner = nil
    }

    /// Ends the open streams, sends what is queued, and closes.
    func closeOrderly(_ error: GreengrassIPCError) {
        guard !isClosed else { return }
        for id in machine.endAllLingering() {
            send { output throws(EventStreamError) in try ClientFrame.appendTerminate(to: &output, streamID: id) }
        }
        socket?.flush()
        close(error)
    }

    /// What a call in flight fails with. Whatever ended the connection, the caller has to know that the nucleus may
    /// have acted on the request.
    private static func callError(_ error: GreengrassIPCError) -> GreengrassIPCError {
        if error.code == .connectionLost || error.code == .closed { return error }
        return GreengrassIPCError(.connectionLost, "the connection was lost", cause: error)
    }

    private func lost(_ text: String, _ cause: (any Error)?) -> GreengrassIPCError {
        // Lite closes without a word when it does not know the token; classic says so first.
        if !machine.isOpen { return GreengrassIPCError(.accessDenied, Self.refusedText, cause: cause) }
        return GreengrassIPCError(.connectionLost, text, cause: cause)
    }

    private static let refusedText =
        "the nucleus refused the component's token; it makes a new one at each start, so the component must be "
        + "relaunched"

    private func violation(
        _ failure: ConnectionMachine<StreamContext>.Failure,
        _ message: RPCMessage
    ) -> GreengrassIPCError {
        switch failure {
        case .unexpectedMessage(let type):
            GreengrassIPCError(.protocolViolation, "the nucleus sent a message of type \(type) out of place")
        case .reportedByPeer:
            GreengrassIPCError(
                .protocolViolation,
                "the nucleus reports an error and closes: \(ErrorPayload.connectionText(message))"
            )
        }
    }
}
