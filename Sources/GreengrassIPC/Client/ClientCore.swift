// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// The client's one actor on the event loop: it keeps a connection, gives it the calls, and makes subscriptions again
/// on the next one.
final actor ClientCore: Connection.Owner {
    private enum State {
        case idle
        /// Connecting, or waiting to; calls wait too.
        case disconnected(last: GreengrassIPCError?)
        case connected(Connection)
        case failed(GreengrassIPCError)
    }

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let configuration: GreengrassIPCConfiguration
    private var state = State.idle
    private var reconnect: ReconnectMachine
    private var connecting: Connection?
    private var waitingCalls: [PendingCall] = []
    private var lastSubscription = 0
    private var subscriptions: [ObjectIdentifier: SubscriptionRecord] = [:]
    private var end: UnsafeContinuation<GreengrassIPCError, Never>?
    private var generator = SystemRandom()
    private static let lingering = Duration.milliseconds(250)
    private lazy var retryTimer = LoopTimer { [weak self] in self?.assumeIsolated { $0.connect() } }
    private lazy var waitTimer = LoopTimer { [weak self] in self?.assumeIsolated { $0.waitHasTimedOut() } }

    init(_ configuration: GreengrassIPCConfiguration, loop: EventLoop) {
        self.configuration = configuration
        self.loop = loop
        reconnect = ReconnectMachine(configuration.backoff)
    }

    // MARK: - Running

    /// Connects and stays connected until the task is cancelled, `shutDown`, or an error that trying again cannot
    /// cure. Answers that error; `.closed` for a shutdown or a cancellation.
    func run() async -> GreengrassIPCError {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { begin($0) }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.fail(Self.runCancelled) } }
        }
    }

    private static var runCancelled: GreengrassIPCError {
        GreengrassIPCError(.closed, "the task that ran the client was cancelled")
    }

    /// What the state is, and whether the task has been cancelled, is looked at here, where the continuation is: the
    /// await before it may give way, and everything may have changed.
    private func begin(_ continuation: UnsafeContinuation<GreengrassIPCError, Never>) {
        switch state {
        case .failed(let error): continuation.resume(returning: error)
        case .disconnected, .connected:
            continuation.resume(returning: GreengrassIPCError(.invalidRequest, "the client is running already"))
        case .idle:
            end = continuation
            state = .disconnected(last: nil)
            if Task.isCancelled { fail(Self.runCancelled) } else { connect() }
        }
    }

    /// Ends the client: open streams are closed, waiting calls fail.
    func shutDown() {
        fail(GreengrassIPCError(.closed, "the client has been shut down"))
    }

    private func connect() {
        guard case .disconnected = state else { return }
        let connection = Connection(configuration, loop: loop, owner: self)
        connecting = connection
        let started = connection.assumeIsolated { connection in
            Result { () throws(SystemError) in try connection.start() }
        }
        if case .failure(let error) = started {
            connecting = nil
            // ENOENT, ECONNREFUSED and EACCES are what a nucleus looks like that is not up yet, EAGAIN one that is
            // busy: all of them may pass.
            let text = "no connection to the nucleus at \(configuration.socketPath)"
            attemptFailed(GreengrassIPCError(.notConnected, text, cause: error), isFinal: false)
        }
    }

    private func attemptFailed(_ error: GreengrassIPCError, isFinal: Bool) {
        switch reconnect.failed(error, isFinal: isFinal, now: .now(), using: &generator) {
        case .wait(let duration):
            state = .disconnected(last: error)
            log(
                .connectFailed,
                .info,
                "not connected to the nucleus; trying again",
                [
                    ("socket", configuration.socketPath), ("error", error.description), ("wait", "\(duration)"),
                ]
            )
            loop.arm(retryTimer, after: duration)
        case .giveUp(let error): fail(error)
        }
    }

    nonisolated func connectionHasOpened(_ connection: Connection) {
        assumeIsolated { $0.opened(connection) }
    }

    nonisolated func connectionHasClosed(_ connection: Connection, _ error: GreengrassIPCError, isFinal: Bool) {
        assumeIsolated { $0.closed(connection, error, isFinal) }
    }

    private func opened(_ connection: Connection) {
        guard connecting === connection else { return }
        connecting = nil
        state = .connected(connection)
        reconnect.opened(now: .now())
        loop.cancel(waitTimer)
        log(.connected, .debug, "connected to the nucleus", [("socket", configuration.socketPath)])
        for record in orderedSubscriptions { perform(record.machine.connected(), record) }
        let calls = waitingCalls
        waitingCalls = []
        connection.assumeIsolated { connection in
            for call in calls { connection.start(call) }
        }
    }

    private func closed(_ connection: Connection, _ error: GreengrassIPCError, _ isFinal: Bool) {
        switch state {
        case .connected(let current) where current === connection:
            log(.disconnected, .warning, "the connection to the nucleus is lost", [("error", error.description)])
        case .disconnected where connecting === connection: connecting = nil
        default: return
        }
        attemptFailed(error, isFinal: isFinal)
    }

    /// The end: of the connection, of every call and of every subscription.
    private func fail(_ error: GreengrassIPCError) {
        if case .failed = state { return }
        let connection: Connection?
        if case .connected(let open) = state { connection = open } else { connection = connecting }
        state = .failed(error)
        connecting = nil
        loop.cancel(retryTimer)
        loop.cancel(waitTimer)
        for record in orderedSubscriptions {
            perform(error.code == .closed ? record.machine.cancelled() : record.machine.clientFailed(error), record)
        }
        connection?.assumeIsolated { $0.closeOrderly(error) }
        let calls = waitingCalls
        waitingCalls = []
        for call in calls { call.finish(.failure(error.during(call.operation.name))) }
        end?.resume(returning: error)
        end = nil
    }

    // MARK: - Calls

    func exchange(
        _ operation: OperationDescriptor,
        _ payload: [UInt8],
        timeout: Duration
    ) async throws(GreengrassIPCError) -> [UInt8] {
        let call = PendingCall(operation, payload: payload, deadline: .now() + timeout)
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                call.continuation = continuation
                // A task that does not prefer the loop may have been suspended on the way here, and cancelled then.
                if Task.isCancelled { cancel(call) } else { begin(call) }
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.cancel(call) } }
        }
        return try result.get()
    }

    private func begin(_ call: PendingCall) {
        switch state {
        case .connected(let connection): connection.assumeIsolated { $0.start(call) }
        case .idle, .disconnected:
            waitingCalls.append(call)
            if !waitTimer.isArmed || call.deadline < waitTimer.deadline { loop.arm(waitTimer, at: call.deadline) }
        case .failed(let error): call.finish(.failure(error.during(call.operation.name)))
        }
    }

    private func cancel(_ call: PendingCall) {
        guard call.continuation != nil else { return }
        if let (connection, id) = call.stream {
            connection.assumeIsolated { $0.abandon(id) }
        } else {
            waitingCalls.removeAll { $0 === call }
            if waitingCalls.isEmpty { loop.cancel(waitTimer) }
        }
        call.fail(.cancelled, "the task was cancelled")
    }

    private func waitHasTimedOut() {
        let now = Instant.now()
        let expired = waitingCalls.filter { $0.deadline <= now }
        waitingCalls.removeAll { $0.deadline <= now }
        for call in expired {
            var error = GreengrassIPCError(
                .notConnected,
                "there is no connection to the nucleus",
                operation: call.operation.name
            )
            if case .disconnected(let last) = state { error.cause = last }
            call.finish(.failure(error))
        }
        if let next = waitingCalls.map(\.deadline).min() { loop.arm(waitTimer, at: next) }
    }

    // MARK: - Subscriptions

    /// Opens a subscription and waits for its first response.
    func open(_ record: SubscriptionRecord) async throws(GreengrassIPCError) -> [UInt8] {
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                record.firstResponse = continuation
                if Task.isCancelled { cancelOpening(record) } else { begin(record) }
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.cancelOpening(record) } }
        }
        return try result.get()
    }

    /// Ends a subscription; nothing is waited for, the nucleus does not answer.
    func close(_ record: SubscriptionRecord) {
        record.lingers = configuration.lingers(record.operation)
        perform(record.machine.cancelled(), record)
    }

    private func begin(_ record: SubscriptionRecord) {
        if case .failed(let error) = state {
            perform(record.machine.clientFailed(error), record)
            return
        }
        lastSubscription += 1
        record.number = lastSubscription
        subscriptions[ObjectIdentifier(record)] = record
        record.timer = LoopTimer { [weak self, weak record] in
            guard let self, let record else { return }
            assumeIsolated { $0.perform(record.machine.timerFired(now: .now()), record) }
        }
        if case .connected = state { perform(record.machine.connected(), record) }
    }

    private func cancelOpening(_ record: SubscriptionRecord) {
        guard record.firstResponse != nil else { return }
        let error = GreengrassIPCError(.cancelled, "the task was cancelled", operation: record.operation.name)
        perform(record.machine.clientFailed(error), record)
    }

    nonisolated func subscription(
        _ record: SubscriptionRecord,
        attempt: Int,
        _ event: SubscriptionMachine.StreamEvent
    ) {
        assumeIsolated { core in
            switch event {
            case .failed, .connectionLost: _ = record.hasEnded(attempt)
            case .established, .overflowed: break
            }
            let actions = record.machine.received(
                event,
                attempt: attempt,
                now: .now(),
                using: &core.generator
            )
            core.perform(actions, record)
        }
    }

    /// The one place where a subscription's transitions have effects.
    private func perform(_ actions: [SubscriptionMachine.Action], _ record: SubscriptionRecord) {
        for action in actions {
            switch action {
            case .open(let attempt): openStream(attempt, record)
            case .close(let attempt):
                if let (connection, id) = record.hasEnded(attempt) {
                    connection.assumeIsolated { connection in
                        if record.lingers {
                            connection.abandon(id, after: Self.lingering)
                        } else {
                            connection.abandon(id)
                        }
                    }
                }
            case .arm(let deadline):
                guard let timer = record.timer else { continue }
                if let deadline { loop.arm(timer, at: deadline) } else { loop.cancel(timer) }
            case .ready(let response):
                record.firstResponse?.resume(returning: .success(response))
                record.firstResponse = nil
            case .gap:
                log(
                    .gap,
                    .warning,
                    "the subscription was made again; events may be missing",
                    [
                        ("operation", record.operation.name)
                    ]
                )
                record.buffer.gap()
            case .willRetry(let error):
                log(
                    .subscriptionFailed,
                    .info,
                    "the subscription will be made again",
                    [
                        ("operation", record.operation.name), ("error", error.description),
                    ]
                )
            case .finish(let error): finish(record, error)
            }
        }
    }

    private func openStream(_ attempt: Int, _ record: SubscriptionRecord) {
        guard case .connected(let connection) = state else {
            // A wait ended while there was no connection: the next one opens it.
            subscription(record, attempt: attempt, .connectionLost)
            return
        }
        record.willOpen(attempt)
        do throws(GreengrassIPCError) {
            let started = connection.assumeIsolated { connection in
                Result { () throws(GreengrassIPCError) in try connection.start(record, attempt: attempt) }
            }
            record.streams[attempt] = (connection, try started.get())
        } catch {
            subscription(record, attempt: attempt, .failed(error))
        }
    }

    private func finish(_ record: SubscriptionRecord, _ error: GreengrassIPCError?) {
        subscriptions[ObjectIdentifier(record)] = nil
        let error = error?.during(record.operation.name)
        if let first = record.firstResponse {
            record.firstResponse = nil
            let closed = GreengrassIPCError(.closed, "the client has been shut down", operation: record.operation.name)
            first.resume(returning: .failure(error ?? closed))
        }
        record.buffer.finish(error)
    }

    /// Says that an event was left out; called from anywhere.
    nonisolated func eventIsUnreadable(_ error: JSONError, _ operation: OperationDescriptor) {
        guard configuration.log != nil else { return }
        loop.execute {
            self.assumeIsolated { core in
                core.log(
                    .eventDropped,
                    .warning,
                    "an event could not be read and was left out",
                    [("operation", operation.name), ("error", error.description)]
                )
            }
        }
    }

    private var orderedSubscriptions: [SubscriptionRecord] {
        subscriptions.values.sorted { $0.number < $1.number }
    }

    private func log(
        _ kind: LogEvent.Kind,
        _ level: LogEvent.Level,
        _ message: String,
        _ metadata: [(key: String, value: String)]
    ) {
        configuration.log?(LogEvent(kind: kind, level: level, message: message, metadata: metadata))
    }
}
