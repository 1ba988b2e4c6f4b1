// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

// Answers that the nucleus waits for: none may be lost, neither to a cancellation nor to the client's end.
extension ClientCore {
    /// An answer that the nucleus has not taken yet.
    struct Debt {
        /// What is answered should nobody else do it.
        var answer: OwedAnswer
        /// The call that brings it, or what was decided in its place.
        var call: PendingCall?
    }

    /// Both nuclei kill a component that has not ended 5 s after it was told to.
    private static let longestWaitForConnection = Duration.seconds(2)
    private static let longestParting = Duration.milliseconds(500)

    nonisolated func willOwe(_ answer: OwedAnswer) {
        assumeIsolated { core in
            core.debts.removeAll { $0.answer.isForTheSame(as: answer) }
            core.debts.append(Debt(answer: answer))
        }
    }

    /// Sends an answer, also in a task that has been cancelled; nil when the nucleus has taken it.
    ///
    /// A cancellation does not keep it back, but once it is on its way nobody waits for more; for a connection that
    /// there is none of, not long.
    func deliver(_ answer: OwedAnswer, timeout: Duration) async -> GreengrassIPCError? {
        let call = PendingCall(answer.operation, payload: answer.payload, timeout: timeout, metrics: metrics)
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                call.continuation = continuation
                // A client that has ended has answered.
                if case .failed = state {} else { pay(answer, with: call) }
                begin(call)
                if Task.isCancelled { hurry(call) }
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.hurry(call) } }
        }
        if case .failure(let error) = result { return error }
        return nil
    }

    private func pay(_ answer: OwedAnswer, with call: PendingCall) {
        if let index = debts.firstIndex(where: { $0.answer.isForTheSame(as: answer) }) {
            debts[index] = Debt(answer: answer, call: call)
        } else {
            debts.append(Debt(answer: answer, call: call))
        }
        call.whenOver = { [weak self, weak call] result in
            guard let self, let call else { return }
            assumeIsolated { $0.callIsOver(call, result) }
        }
    }

    private func callIsOver(_ call: PendingCall, _ result: Result<[UInt8], GreengrassIPCError>) {
        guard let index = debts.firstIndex(where: { $0.call === call }) else { return }
        if partingConnection != nil || result.isTheNucleuss {
            debts.remove(at: index)
        } else {
            debts[index].call = nil
        }
        if debts.isEmpty { hasParted() }
    }

    private func hurry(_ call: PendingCall) {
        guard call.continuation != nil else { return }
        if call.stream != nil {
            // The stream stays: ending it could overtake the request.
            let text = "the task was cancelled before the nucleus had said that it has the answer"
            call.stopWaiting(GreengrassIPCError(.cancelled, text, operation: call.operation.name))
            return
        }
        call.deadline = min(call.deadline, .now() + Self.longestWaitForConnection)
        if call.deadline < waitTimer.deadline { loop.arm(waitTimer, at: call.deadline) }
    }

    // MARK: - The end

    /// Sends what is owed; true when the connection has to stay for a moment.
    ///
    /// Closed at once, it could take the answers along: a nucleus that finds it cannot write to it any more need not
    /// read what is there.
    func part() -> Bool {
        guard case .connected(let connection) = state, !debts.isEmpty else { return false }
        partingConnection = connection
        for (answer, call) in debts.map({ ($0.answer, $0.call) }) where call == nil {
            // The parting ends before the call could: a stream closed for its time being up would cross the reply.
            let call = PendingCall(answer.operation, payload: answer.payload, timeout: Self.longestParting * 100)
            pay(answer, with: call)
            connection.assumeIsolated { $0.start(call) }
        }
        guard !debts.isEmpty else {
            partingConnection = nil
            return false
        }
        loop.arm(partingTimer, after: Self.longestParting)
        return true
    }

    func hasParted() {
        guard case .failed(let error) = state, let connection = partingConnection else { return }
        partingConnection = nil
        loop.cancel(partingTimer)
        debts = []
        close(connection, error)
    }
}

extension OwedAnswer {
    fileprivate func isForTheSame(as other: OwedAnswer) -> Bool {
        subject == other.subject && operation.name == other.operation.name
    }
}

extension Result<[UInt8], GreengrassIPCError> {
    /// Whether the nucleus has said this.
    fileprivate var isTheNucleuss: Bool {
        switch self {
        case .success: true
        case .failure(let error): error.code.serviceErrorName != nil || error.code == .unmodelledError
        }
    }
}
