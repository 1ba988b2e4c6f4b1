// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// A call from its start to its one outcome. On the loop's thread only, so that an answer, a timeout and a
/// cancellation come one after the other.
final class PendingCall: @unchecked Sendable {
    // Safety: made by the caller's task, from then on touched on the loop's thread only.
    let operation: OperationDescriptor
    let payload: [UInt8]
    let startedAt: Instant
    var deadline: Instant
    private let metrics: MetricsStore?
    var continuation: UnsafeContinuation<Result<[UInt8], GreengrassIPCError>, Never>?
    /// Hears the outcome too, also when nobody waits for it any more.
    var whenOver: ((Result<[UInt8], GreengrassIPCError>) -> Void)?
    /// Where it runs, once it has been sent.
    var stream: (connection: Connection, id: Int32)?

    /// - Parameter metrics: where its outcome is counted.
    init(_ operation: OperationDescriptor, payload: [UInt8], timeout: Duration, metrics: MetricsStore? = nil) {
        self.operation = operation
        self.payload = payload
        self.metrics = metrics
        startedAt = .now()
        deadline = startedAt + timeout
    }

    /// Whether anybody has a use for its outcome.
    var isWanted: Bool { continuation != nil || whenOver != nil }

    /// Hands the outcome to the caller; only the first one counts.
    func finish(_ result: Result<[UInt8], GreengrassIPCError>) {
        guard isWanted else { return }
        let (continuation, whenOver) = (continuation.take(), whenOver.take())
        stream = nil
        metrics?.callFinished(operation, result, after: .now() - startedAt)
        continuation?.resume(returning: result)
        whenOver?(result)
    }

    /// Lets the caller go on without an outcome.
    func stopWaiting(_ error: GreengrassIPCError) {
        continuation.take()?.resume(returning: .failure(error))
    }

    func fail(_ code: GreengrassIPCError.Code, _ message: String) {
        finish(.failure(GreengrassIPCError(code, message, operation: operation.name)))
    }
}
