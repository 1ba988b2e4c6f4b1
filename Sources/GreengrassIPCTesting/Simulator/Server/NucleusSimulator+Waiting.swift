// SPDX-License-Identifier: Apache-2.0

import EventReactor

extension NucleusSimulator {
    /// Somebody who waits for the nucleus to get into a state.
    struct Waiter {
        var identifier: Int
        var condition: (borrowing NucleusMachine) -> Bool
        var continuation: CheckedContinuation<Void, any Error>
        var timer: LoopTimer
    }

    /// Waits until components hold that many answered streams on a filter.
    ///
    /// - Parameters:
    ///   - filter: the filter, exactly as it is subscribed.
    ///   - count: how many streams, at least.
    ///   - timeout: how long to wait.
    /// - Throws: ``NucleusSimulatorError`` if it takes longer or the simulator stops; `CancellationError`.
    public func waitForSubscription(
        filter: String,
        count: Int = 1,
        timeout: Duration = .seconds(30)
    ) async throws {
        let what = "\(Self.times(count, "subscription")) to \(filter)"
        try await wait(what, timeout, instead: Self.subscriptions) { nucleus in
            nucleus.broker.subscriptions(to: filter).count { !$0.isPending } >= count
        }
    }

    /// Waits until nobody holds a stream on a filter.
    ///
    /// - Throws: as ``waitForSubscription(filter:count:timeout:)``.
    public func waitForNoSubscription(filter: String, timeout: Duration = .seconds(30)) async throws {
        try await wait("no subscription to \(filter)", timeout, instead: Self.subscriptions) { nucleus in
            nucleus.broker.subscriptions(to: filter).isEmpty
        }
    }

    /// Waits until components hold that many streams on a local topic or filter.
    ///
    /// - Throws: as ``waitForSubscription(filter:count:timeout:)``.
    public func waitForLocalSubscription(
        filter: String,
        count: Int = 1,
        timeout: Duration = .seconds(30)
    ) async throws {
        let what = "\(Self.times(count, "local subscription")) to \(filter)"
        try await wait(what, timeout, instead: Self.localSubscriptions) { nucleus in
            nucleus.localBroker.subscriptions(to: filter).count >= count
        }
    }

    /// Waits until a component watches its own or another's configuration.
    ///
    /// - Throws: as ``waitForSubscription(filter:count:timeout:)``.
    public func waitForConfigurationSubscription(to component: String, timeout: Duration = .seconds(30)) async throws {
        try await wait("a subscription to the configuration of \(component)", timeout) { nucleus in
            nucleus.configurationWatches.watches.contains { $0.component == component }
        }
    }

    /// Waits until a component has reported a state.
    ///
    /// - Throws: as ``waitForSubscription(filter:count:timeout:)``.
    public func waitForState(
        _ state: ReportedState,
        of component: String,
        timeout: Duration = .seconds(30)
    ) async throws {
        try await wait("\(component) to be \(state.rawValue)", timeout) { nucleus in
            nucleus.stateReports.last { $0.component == component }?.state == state
        }
    }

    /// Waits until an operation, named without `aws.greengrass#`, was called that often since the start.
    ///
    /// - Throws: as ``waitForSubscription(filter:count:timeout:)``.
    public func waitForCall(_ operation: String, count: Int = 1, timeout: Duration = .seconds(30)) async throws {
        try await wait("\(Self.times(count, "call")) of \(operation)", timeout, instead: Self.calls) { nucleus in
            nucleus.calls.count { $0.operation == operation } >= count
        }
    }

    /// Waits until components have published that often on a topic.
    ///
    /// - Throws: as ``waitForSubscription(filter:count:timeout:)``.
    public func waitForPublication(topic: String, count: Int = 1, timeout: Duration = .seconds(30)) async throws {
        try await wait("\(Self.times(count, "publication")) on \(topic)", timeout, instead: Self.publications) {
            nucleus in
            nucleus.publications.count { $0.topic == topic } >= count
        }
    }

    func wait(
        _ what: String,
        _ timeout: Duration,
        instead: @escaping @Sendable (borrowing NucleusMachine) -> String = { _ in "" },
        until condition: @escaping (borrowing NucleusMachine) -> Bool
    ) async throws {
        waiterCount += 1
        let identifier = waiterCount
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                // Looked at here and not before: there may be another turn of the loop before the closure runs.
                if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
                if isStopped { return continuation.resume(throwing: Self.stoppedError) }
                if condition(nucleus) { return continuation.resume() }
                if let componentFailure { return continuation.resume(throwing: componentFailure) }
                let timer = LoopTimer { [weak self] in
                    self?.assumeIsolated {
                        let text = "waited \(timeout) for \(what)" + instead($0.nucleus) + $0.nucleus.refusalsText
                        $0.endWaiter(identifier, with: NucleusSimulatorError(.timedOut, text))
                    }
                }
                waiters.append(
                    Waiter(identifier: identifier, condition: condition, continuation: continuation, timer: timer)
                )
                loop.arm(timer, after: timeout)
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.endWaiter(identifier, with: CancellationError()) } }
        }
    }

    private func endWaiter(_ identifier: Int, with error: (any Error)?) {
        guard let index = waiters.firstIndex(where: { $0.identifier == identifier }) else { return }
        let waiter = waiters.remove(at: index)
        loop.cancel(waiter.timer)
        if let error {
            waiter.continuation.resume(throwing: error)
        } else {
            waiter.continuation.resume()
        }
    }

    private static var stoppedError: NucleusSimulatorError {
        NucleusSimulatorError(.stopped, "the simulator was stopped")
    }

    /// Lets those go on whose condition has come true.
    func resumeWaiters() {
        for waiter in waiters where waiter.condition(nucleus) { endWaiter(waiter.identifier, with: nil) }
    }

    func failWaiters() {
        for waiter in waiters { endWaiter(waiter.identifier, with: componentFailure ?? Self.stoppedError) }
    }
}

// What there is instead of what was waited for, in an error's words.
extension NucleusSimulator {
    private static func times(_ count: Int, _ what: String) -> String { count == 1 ? "a \(what)" : "\(count) \(what)s" }

    @Sendable private static func subscriptions(_ nucleus: borrowing NucleusMachine) -> String {
        Instead.text(
            nucleus.broker.subscriptions.map { "'\($0.filter)'" + ($0.isPending ? " (unanswered)" : "") },
            "subscribed"
        )
    }

    @Sendable private static func localSubscriptions(_ nucleus: borrowing NucleusMachine) -> String {
        Instead.text(nucleus.localBroker.subscriptions.map { "'\($0.filter)'" }, "subscribed")
    }

    @Sendable private static func calls(_ nucleus: borrowing NucleusMachine) -> String {
        Instead.text(nucleus.calls.map(\.operation), "called")
    }

    @Sendable private static func publications(_ nucleus: borrowing NucleusMachine) -> String {
        Instead.text(nucleus.publications.map { "'\($0.topic)'" }, "published")
    }
}

extension NucleusMachine {
    /// Calls that were answered with an error, for those who wait for what they would have brought; empty if none was.
    var refusalsText: String {
        guard !refusals.isEmpty else { return "" }
        return "; answered with an error were \(Instead.counted(refusals))"
    }

    /// Remembers that a call was answered with an error.
    mutating func noteRefusal(_ reply: Reply, _ call: ServiceCall, on connection: ConnectionID) {
        let error: String
        switch reply {
        case .response, .unshaped: return
        case .failure(let failure): error = failure.code.rawValue
        case .internalServerError: error = "InternalServerError"
        case .unknownOperation: error = "UnknownOperation"
        }
        guard refusals.count < 100 else { return }
        let component = connections[connection.slot]?.machine.component ?? "nobody"
        refusals.append("\(Operation.shortName(call.operation).prefix(80)) of \(component) (\(error))")
    }
}
