// SPDX-License-Identifier: Apache-2.0

package import EventReactor

/// What operations are called on: the methods of every operation are extensions of this protocol.
public protocol GreengrassIPCCaller: Sendable {
    /// Sends a request and waits for its response.
    ///
    /// - Throws: the service's error, or why no answer came. Cancelling the task ends this call's stream only.
    func call<Operation: GreengrassIPCOperation>(
        _ operation: Operation.Type,
        _ request: Operation.Request
    ) async throws(GreengrassIPCError) -> Operation.Response

    /// Opens a subscription for as long as `body` takes.
    ///
    /// - Throws: `GreengrassIPCError` when the subscription is refused, and whatever `body` throws.
    func subscribe<Operation: GreengrassIPCStreamingOperation, Result>(
        _ operation: Operation.Type,
        _ request: Operation.Request,
        options: SubscriptionOptions,
        _ body: (Subscription<Operation.Event>) async throws -> Result
    ) async throws -> Result
}

/// A client of the nucleus that started this component.
///
/// It keeps one connection, makes it again when it is lost, and makes subscriptions again on it. Nothing happens
/// unless ``run()`` runs; ``withGreengrassIPC(_:_:)`` does that for the length of a closure.
public final class GreengrassIPCClient: GreengrassIPCCaller {
    /// What the client was made with.
    public let configuration: GreengrassIPCConfiguration
    private let core: ClientCore
    private let ownsLoop: Bool
    /// The operations of which a component holds one stream, while this client holds it.
    private let exclusiveOperations = Lock<Set<String>>([])

    /// Makes a client; ``run()`` makes it connect.
    ///
    /// - Throws: `.invalidConfiguration`.
    public convenience init(_ configuration: GreengrassIPCConfiguration) throws(GreengrassIPCError) {
        try self.init(configuration, on: nil)
    }

    package init(_ configuration: GreengrassIPCConfiguration, on loop: EventLoop?) throws(GreengrassIPCError) {
        try configuration.check()
        self.configuration = configuration
        if let loop = loop ?? EventLoop.current {
            ownsLoop = false
            core = ClientCore(configuration, loop: loop)
        } else {
            ownsLoop = true
            do throws(SystemError) {
                core = ClientCore(configuration, loop: try EventLoop.start())
            } catch {
                throw GreengrassIPCError(.invalidConfiguration, "the client's thread could not start", cause: error)
            }
        }
    }

    deinit {
        if ownsLoop { core.loop.stop() }
    }

    /// Connects, and stays connected until the task is cancelled or ``shutDown()`` is called.
    ///
    /// - Throws: `.accessDenied` when the nucleus does not know the token (any more): the component must be relaunched.
    public func run() async throws(GreengrassIPCError) {
        let error = await core.run()
        if error.code != .closed { throw error }
    }

    /// Closes subscriptions and the connection; calls that wait fail with `.closed`. ``run()`` returns.
    public func shutDown() async {
        await core.shutDown()
    }

    /// What the client has done so far, and how it stands: for whoever exports figures. May be read anywhere, as
    /// often as wanted.
    public var metrics: GreengrassIPCMetrics { core.metrics.snapshot() }

    package var loop: EventLoop { core.loop }

    /// Sends a request and waits for its response.
    ///
    /// - Throws: the service's error, or why no answer came. Cancelling the task ends this call's stream only.
    public func call<Operation: GreengrassIPCOperation>(
        _ operation: Operation.Type,
        _ request: Operation.Request
    ) async throws(GreengrassIPCError) -> Operation.Response {
        try await exchange(Operation.descriptor, request, configuration.callTimeout)
    }

    /// Opens a subscription for as long as `body` takes.
    ///
    /// - Throws: `GreengrassIPCError` when the subscription is refused, and whatever `body` throws.
    public func subscribe<Operation: GreengrassIPCStreamingOperation, Result>(
        _ operation: Operation.Type,
        _ request: Operation.Request,
        options: SubscriptionOptions = SubscriptionOptions(),
        _ body: (Subscription<Operation.Event>) async throws -> Result
    ) async throws -> Result {
        try await open(Operation.descriptor, request, options, body)
    }
}

// What answers to events go through.
extension GreengrassIPCClient {
    /// Claims the one stream of an operation; false when it is taken.
    func takeTurn(_ operation: OperationDescriptor) -> Bool {
        exclusiveOperations.withLock { $0.insert(operation.name).inserted }
    }

    func endTurn(_ operation: OperationDescriptor) {
        _ = exclusiveOperations.withLock { $0.remove(operation.name) }
    }

    /// Sends an answer, also in a task that has been cancelled; nil when the nucleus has taken it.
    func deliver(_ answer: OwedAnswer) async -> GreengrassIPCError? {
        await core.deliver(answer, timeout: configuration.callTimeout)
    }

    /// Logs what befell a convenience.
    func report(_ kind: LogEvent.Kind, _ message: String, _ operation: OperationDescriptor, _ error: String?) {
        guard configuration.log != nil else { return }
        var metadata: LogEvent.Metadata = [(.operation, operation.name)]
        if let error { metadata.append((.error, error)) }
        core.report(LogEvent(kind, .warning, message, metadata))
    }
}

// What every call and subscription goes through, typed or by name.
extension GreengrassIPCClient {
    func exchange<Response: JSONReadable>(
        _ operation: OperationDescriptor,
        _ request: some JSONWritable,
        _ timeout: Duration
    ) async throws(GreengrassIPCError) -> Response {
        let payload = try operation.encode(request)
        let reply = try await core.exchange(operation, payload, timeout: timeout)
        return try operation.decode(Response.self, from: reply)
    }

    func open<Event: JSONReadable & Sendable, Result>(
        _ operation: OperationDescriptor,
        _ request: some JSONWritable,
        _ options: SubscriptionOptions,
        owes: (@Sendable ([UInt8]) -> OwedAnswer?)? = nil,
        _ body: (Subscription<Event>) async throws -> Result
    ) async throws -> Result {
        let buffer = EventBuffer(options)
        let payload = try operation.encode(request)
        let record = SubscriptionRecord(
            operation,
            payload: payload,
            buffer: buffer,
            options: options,
            renewal: configuration.renewal(of: operation),
            owes: owes
        )
        _ = try await core.open(record)
        let source = EventSource(buffer: buffer) { [core] in core.eventIsUnreadable($0, operation) }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(Subscription(source, gaps: options.gaps)))
        } catch {
            result = .failure(error)
        }
        // Not skipped by cancellation: closing waits for nothing.
        await core.close(record)
        return try result.get()
    }
}
