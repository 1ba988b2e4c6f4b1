// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// The client's one actor on the event loop: it keeps a connection, gives it the calls, and makes subscriptions again
/// on the next one.
final actor ClientCore: Connection.Owner {
    enum State {
        case idle
        /// Connecting, or waiting to; calls wait too.
        case disconnected(last: GreengrassIPCError?)
        case connected(Connection)
        case failed(GreengrassIPCError)
    }

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    let configuration: GreengrassIPCConfiguration
    nonisolated let metrics = MetricsStore()
    private(set) var state = State.idle
    private var reconnect: ReconnectMachine
    private var connecting: Connection?
    private var waitingCalls: [PendingCall] = []
    /// Answers that the nucleus waits for, in the order in which it asked.
    var debts: [Debt] = []
    /// The connection of a client that has ended but for the answers that it owes.
    var partingConnection: Connection?
    lazy var partingTimer = LoopTimer { [weak self] in self?.assumeIsolated { $0.hasParted() } }
    var lastSubscription = 0
    var subscriptions: [ObjectIdentifier: SubscriptionRecord] = [:]
    private var end: UnsafeContinuation<GreengrassIPCError, Never>?
    var generator = SystemRandom()
    private lazy var retryTimer = LoopTimer { [weak self] in self?.assumeIsolated { $0.connect() } }
    lazy var waitTimer = LoopTimer { [weak self] in self?.assumeIsolated { $0.waitHasTimedOut() } }

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
        let connection = Connection(configuration, loop: loop, metrics: metrics, owner: self)
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

    /// - Parameter wasOpen: whether a connection was lost, and not merely none made.
    private func attemptFailed(_ error: GreengrassIPCError, isFinal: Bool, wasOpen: Bool = false) {
        if !wasOpen { metrics.connectionChanged { $0.failedAttempts += 1 } }
        switch reconnect.failed(error, isFinal: isFinal, now: .now(), using: &generator) {
        case .wait(let duration):
            state = .disconnected(last: error)
            log(
                .connectFailed,
                .info,
                "not connected to the nucleus; trying again",
                [
                    (.socket, configuration.socketPath), (.error, error.description),
                    (.attempt, "\(reconnect.failures)"), (.wait, "\(duration)"),
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
        metrics.connectionChanged {
            $0.isConnected = true
            $0.opened += 1
        }
        log(.connected, .debug, "connected to the nucleus", [(.socket, configuration.socketPath)])
        for record in orderedSubscriptions { perform(record.machine.connected(), record) }
        let calls = waitingCalls
        waitingCalls = []
        connection.assumeIsolated { connection in
            for call in calls { connection.start(call) }
        }
    }

    private func closed(_ connection: Connection, _ error: GreengrassIPCError, _ isFinal: Bool) {
        var wasOpen = false
        switch state {
        case .connected(let current) where current === connection:
            wasOpen = true
            metrics.connectionChanged {
                $0.isConnected = false
                $0.lost += 1
            }
            log(.disconnected, .warning, "the connection to the nucleus is lost", [(.error, error.description)])
        case .disconnected where connecting === connection: connecting = nil
        default: return
        }
        attemptFailed(error, isFinal: isFinal, wasOpen: wasOpen)
    }

    /// The end: of the connection, of every call and of every subscription.
    private func fail(_ error: GreengrassIPCError) {
        if case .failed = state { return }
        let connection: Connection?
        if case .connected(let open) = state { connection = open } else { connection = connecting }
        // Before the streams on which it asked are closed.
        let isParting = error.code == .closed && part()
        state = .failed(error)
        metrics.connectionChanged { $0.isConnected = false }
        connecting = nil
        loop.cancel(retryTimer)
        loop.cancel(waitTimer)
        for record in orderedSubscriptions {
            perform(error.code == .closed ? record.machine.cancelled() : record.machine.clientFailed(error), record)
        }
        let calls = waitingCalls
        waitingCalls = []
        for call in calls { call.finish(.failure(error.during(call.operation.name))) }
        if !isParting { close(connection, error) }
    }

    /// The very end.
    func close(_ connection: Connection?, _ error: GreengrassIPCError) {
        connection?.assumeIsolated { $0.closeOrderly(error) }
        end?.resume(returning: error)
        end = nil
    }

    // MARK: - Calls

    func exchange(
        _ operation: OperationDescriptor,
        _ payload: [UInt8],
        timeout: Duration
    ) async throws(GreengrassIPCError) -> [UInt8] {
        let call = PendingCall(operation, payload: payload, timeout: timeout, metrics: metrics)
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

    func begin(_ call: PendingCall) {
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

    func log(_ kind: LogEvent.Kind, _ level: LogEvent.Level, _ message: String, _ metadata: LogEvent.Metadata) {
        configuration.log?(LogEvent(kind, level, message, metadata))
    }
}
