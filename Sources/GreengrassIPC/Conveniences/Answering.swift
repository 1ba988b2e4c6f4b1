// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

// Events that the nucleus waits for an answer to: each gets one, whatever the component's own code does.

/// An answer that the nucleus waits for, as it goes over the wire.
struct OwedAnswer: Sendable {
    var operation: OperationDescriptor
    var payload: [UInt8]
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
    ///   - request: Makes the answer to the nucleus of what the code has said, or of why it has said nothing.
    ///   - handler: The component's code.
    func answer<Operation: GreengrassIPCOperation, Decision: Sendable>(
        with operation: Operation.Type,
        in group: inout ThrowingDiscardingTaskGroup<any Error>,
        _ request: (HandlerOutcome<Decision>) -> Operation.Request,
        _ handler: @escaping @Sendable () async throws -> Decision
    ) async {
        let descriptor = Operation.descriptor
        // Until the answer is given, the end of the client gives one.
        guard let preliminary = try? request(.cancelled).jsonBytes() else { return }
        let debt = await client.owe(OwedAnswer(operation: descriptor, payload: preliminary))
        let outcome = await ask(in: &group, client.loop, within: limit, handler)
        report(outcome, descriptor)
        // What cannot be written as JSON is as good as a decision that did not come.
        let payload = (try? request(outcome).jsonBytes()) ?? preliminary
        await send(OwedAnswer(operation: descriptor, payload: payload), debt)
        await client.settle(debt)
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
    private func send(_ answer: OwedAnswer, _ debt: Int) async {
        for attempt in 1...Self.attempts {
            guard let error = await client.deliver(answer, debt) else { return }
            // It was on its way when the task was cancelled; or the nucleus wants it no more, after one of which it is
            // not known whether it arrived.
            if error.code == .cancelled || (attempt > 1 && error.code.serviceErrorName != nil) { return }
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
    func answerEvents<Operation: GreengrassIPCStreamingOperation>(
        of operation: Operation.Type,
        _ request: Operation.Request,
        _ limit: Duration,
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
                try await subscribe(operation, request) { events in
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
