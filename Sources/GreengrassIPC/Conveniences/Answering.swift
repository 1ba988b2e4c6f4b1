// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

// Events that the nucleus waits for an answer to: each gets one, whatever the component's own code does.

/// An answer that the nucleus waits for, as it goes over the wire.
struct OwedAnswer: Sendable {
    var operation: OperationDescriptor
    /// What is asked about, such as a deployment's identifier: of two answers of the same it needs one.
    var subject: String
    var payload: [UInt8]
}

extension OwedAnswer {
    /// Nil when the request cannot be written as JSON.
    init?<Operation: GreengrassIPCOperation>(
        _ operation: Operation.Type,
        about subject: String,
        _ request: Operation.Request
    ) {
        guard let payload = try? request.jsonBytes() else { return nil }
        self.init(operation: Operation.descriptor, subject: subject, payload: payload)
    }
}

/// Answers the events of one subscription.
struct Answering: Sendable {
    let client: GreengrassIPCClient
    /// How long the component's code may take for one event.
    let limit: Duration

    /// How often an answer is sent that did not arrive.
    private static let attempts = 5

    /// Asks the component's code, and gives its answer or another in its place.
    ///
    /// - Parameters:
    ///   - make: Makes the answer to the nucleus of what the code has said, or of why it has said nothing.
    ///   - handler: The component's code.
    func answer<Decision: Sendable>(
        in group: inout ThrowingDiscardingTaskGroup<any Error>,
        _ make: (HandlerOutcome<Decision>) -> OwedAnswer?,
        _ handler: @escaping @Sendable () async throws -> Decision
    ) async {
        guard let fallback = make(.cancelled) else { return }
        let outcome = await ask(in: &group, client.loop, within: limit, handler)
        report(outcome, fallback.operation)
        // What cannot be written as JSON is as good as a decision that did not come.
        await send(make(outcome) ?? fallback)
    }

    /// Lets the component's code know of something, and waits for it as long as for an answer.
    func tell(
        of operation: OperationDescriptor,
        in group: inout ThrowingDiscardingTaskGroup<any Error>,
        _ handler: @escaping @Sendable () async -> Void
    ) async {
        report(await ask(in: &group, client.loop, within: limit, handler), operation)
    }

    /// Sends an answer until it has arrived; a cancellation does not keep it back.
    private func send(_ answer: OwedAnswer) async {
        for attempt in 1...Self.attempts {
            guard let error = await client.deliver(answer) else { return }
            // It was on its way when the task was cancelled, or the client has given another in the end; or the nucleus
            // wants it no more, after one of which it is not known whether it arrived.
            if error.code == .cancelled || error.code == .closed { return }
            if attempt > 1, error.code.serviceErrorName != nil { return }
            let mayPass: Set<GreengrassIPCError.Code> = [.connectionLost, .notConnected, .timeout, .overloaded]
            if attempt == Self.attempts || !mayPass.contains(error.code) || Task.isCancelled {
                let text = "an answer did not reach the nucleus, which may wait for it until its own time is up"
                client.report(.answerFailed, text, answer.operation, error.description)
                return
            }
        }
    }

    private func report<Decision>(_ outcome: HandlerOutcome<Decision>, _ operation: OperationDescriptor) {
        switch outcome {
        case .answered, .cancelled: break
        case .threw(let error):
            // The text of any other error is the component's own, and may hold anything.
            let text = (error as? GreengrassIPCError)?.description ?? "\(type(of: error))"
            client.report(.handlerFailed, "a handler has thrown an error", operation, text)
        case .late: client.report(.handlerFailed, "a handler has taken longer than \(limit)", operation, nil)
        }
    }
}

extension GreengrassIPCClient {
    /// Subscribes to events that need answers; a component must hold one such stream and no more.
    ///
    /// - Parameter fallback: What is answered to an event, if anything, should the client end before it is.
    func answerEvents<Operation: GreengrassIPCStreamingOperation>(
        of operation: Operation.Type,
        _ request: Operation.Request,
        _ limit: Duration,
        fallback: @escaping @Sendable (Operation.Event) -> OwedAnswer?,
        _ answer: (Answering, Operation.Event, inout ThrowingDiscardingTaskGroup<any Error>) async -> Void
    ) async throws {
        let descriptor = Operation.descriptor
        guard takeTurn(descriptor) else {
            let text =
                "this client answers these events already; the nucleus waits for ever if a component has two streams"
            throw GreengrassIPCError(.invalidRequest, text, operation: descriptor.name)
        }
        defer { endTurn(descriptor) }
        let answering = Answering(client: self, limit: limit)
        // The group lies around the subscription: a handler that takes no notice of its cancellation must not keep
        // a stream open on which nobody answers.
        try await withThrowingDiscardingTaskGroup { group in
            var isOpen = false
            do {
                let owes: @Sendable ([UInt8]) -> OwedAnswer? = { payload in
                    (try? Operation.Event(jsonBytes: payload.span)).flatMap(fallback)
                }
                try await open(descriptor, request, SubscriptionOptions(), owes: owes) {
                    (events: Subscription<Operation.Event>) in
                    isOpen = true
                    for try await event in events { await answer(answering, event, &group) }
                }
            } catch var error as GreengrassIPCError where !isOpen {
                if error.code == .serviceError || error.code == .unmodelledError {
                    error.message += "; nucleus lite does not have this operation"
                }
                throw error
            }
        }
    }
}
