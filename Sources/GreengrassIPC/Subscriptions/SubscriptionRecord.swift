// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// A subscription as the client keeps it: what to ask for, where events go, and which streams it has now.
final class SubscriptionRecord: @unchecked Sendable {
    // Safety: made by the subscriber's task, from then on touched on the loop's thread only.
    let operation: OperationDescriptor
    let payload: [UInt8]
    let buffer: EventBuffer
    let responseTimeout: Duration?
    /// What the nucleus has to be answered to an event, should nobody do it until the client ends.
    let owes: (@Sendable ([UInt8]) -> OwedAnswer?)?
    let whenInterrupted: (@Sendable (GreengrassIPCError) -> Void)?
    var machine: SubscriptionMachine
    var streams: [Int: (connection: Connection, id: Int32)] = [:]
    var firstResponse: UnsafeContinuation<Result<[UInt8], GreengrassIPCError>, Never>?
    /// Subscriptions are made again in the order in which they were first asked for.
    var number = 0
    var timer: LoopTimer?
    /// Whether its streams stay a little beyond its end.
    var lingers = false
    /// Set from when a renewal opens its stream until nothing can come twice any more.
    private var overlap: OverlapFilter?

    /// - Parameter renewal: what counts when the options leave it to the operation.
    init(
        _ operation: OperationDescriptor,
        payload: [UInt8],
        buffer: EventBuffer,
        options: SubscriptionOptions,
        renewal: SubscriptionOptions.Renewal,
        owes: (@Sendable ([UInt8]) -> OwedAnswer?)?
    ) {
        self.operation = operation
        self.payload = payload
        self.buffer = buffer
        responseTimeout = options.responseTimeout
        self.owes = owes
        whenInterrupted = options.whenInterrupted
        machine = SubscriptionMachine(
            renewal: options.renewal ?? renewal,
            retry: options.retry,
            firstRefusal: options.firstRefusal
        )
    }

    /// A stream is opened, maybe beside another one.
    func willOpen(_ attempt: Int) {
        overlap = streams.isEmpty ? nil : OverlapFilter(newAttempt: attempt)
    }

    /// A stream is over.
    func hasEnded(_ attempt: Int) -> (connection: Connection, id: Int32)? {
        defer { if streams.count < 2 { overlap?.oldClosed(now: .now()) } }
        return streams.removeValue(forKey: attempt)
    }

    enum Delivery { case taken, full, duplicate }

    /// Puts an event into the buffer, unless the other stream of a renewal has brought it already.
    func deliver(_ payload: [UInt8], attempt: Int) -> Delivery {
        if overlap != nil, !acceptsInOverlap(payload, attempt) { return .duplicate }
        return buffer.deliver(payload) == .taken ? .taken : .full
    }

    private func acceptsInOverlap(_ payload: [UInt8], _ attempt: Int) -> Bool {
        let now = Instant.now()
        if overlap?.isOver(now: now) == true { overlap = nil }
        return overlap?.accepts(payload, attempt: attempt, now: now) ?? true
    }
}
