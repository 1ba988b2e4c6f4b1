// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

// The life of subscriptions on the client's connections.
extension ClientCore {
    private static let lingering = Duration.milliseconds(250)

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
        metrics.subscriptionOpened(record)
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
            case .failed: _ = record.hasEnded(attempt)
            case .connectionLost:
                if record.hasEnded(attempt) != nil, record.streams.isEmpty {
                    let text = "the connection was lost; the subscription will be made again"
                    record.whenInterrupted?(GreengrassIPCError(.connectionLost, text, operation: record.operation.name))
                }
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
    func perform(_ actions: [SubscriptionMachine.Action], _ record: SubscriptionRecord) {
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
                metrics.subscriptionChanged(record.operation) { $0.gaps += 1 }
                let text = "the subscription was made again; events may be missing"
                log(.gap, .warning, text, [(.operation, record.operation.name)])
                record.buffer.gap()
            case .willRetry(let error):
                metrics.subscriptionChanged(record.operation) { $0.retries += 1 }
                let metadata: LogEvent.Metadata = [
                    (.operation, record.operation.name), (.error, error.description),
                ]
                log(.subscriptionFailed, .info, "the subscription will be made again", metadata)
                record.whenInterrupted?(error)
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
        if !record.streams.isEmpty { metrics.subscriptionChanged(record.operation) { $0.renewals += 1 } }
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
        if subscriptions.removeValue(forKey: ObjectIdentifier(record)) != nil {
            metrics.subscriptionEnded(record, error)
        }
        if error?.code == .slowConsumer {
            let text = "the subscription was ended, its consumer had fallen behind"
            log(.slowConsumer, .warning, text, [(.operation, record.operation.name)])
        }
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
        metrics.subscriptionChanged(operation) { $0.unreadableEvents += 1 }
        guard configuration.log != nil else { return }
        report(
            LogEvent(
                .eventDropped,
                .warning,
                "an event could not be read and was left out",
                [(.operation, operation.name), (.error, error.description)]
            )
        )
    }

    /// Logs on the client's own thread; called from anywhere.
    nonisolated func report(_ event: LogEvent) {
        loop.execute { self.configuration.log?(event) }
    }

    var orderedSubscriptions: [SubscriptionRecord] {
        subscriptions.values.sorted { $0.number < $1.number }
    }
}
