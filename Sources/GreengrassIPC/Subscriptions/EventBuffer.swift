// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// A bounded buffer between the loop and one consumer anywhere. It lies under a lock, so that the consumer takes what
/// is there without leaving its executor.
///
/// Events are kept as they came: the consumer reads the JSON, not the loop, and nothing here is generic, which would
/// cost several look-ups of type metadata an event.
final class EventBuffer: Sendable {
    enum Item {
        /// The payload of an event.
        case event([UInt8])
        case gap
    }

    enum Delivery { case taken, full }

    typealias Next = Result<Item?, GreengrassIPCError>

    private struct State {
        var items: [Item?] = []
        /// The items before this one have been taken.
        var head = 0
        var eventCount = 0
        var byteCount = 0
        var delivered = 0
        var peakCount = 0
        var end: Next?
        var waiter: (id: Int, continuation: UnsafeContinuation<Next, Never>)?
        var lastWaiter = 0
        var cancelledWaiter = 0

        /// The next item, or the end; nil when there is neither yet.
        mutating func take(compactingAt limit: Int) -> Next? {
            guard head < items.count else { return end }
            // Taken out of its place, so that nothing of it is kept.
            let item = items[head].take()
            if case .event(let payload) = item {
                eventCount -= 1
                byteCount -= payload.count
            }
            head += 1
            if head == items.count {
                items.removeAll(keepingCapacity: true)
                head = 0
            } else if head >= limit {
                items.removeFirst(head)
                head = 0
            }
            return .success(item)
        }

        /// Whether an event was put into the buffer.
        mutating func append(_ payload: [UInt8], _ countLimit: Int, _ byteLimit: Int) -> Bool {
            // Whatever its size, an event that none waits before is taken.
            let fits = eventCount < countLimit && byteCount + payload.count <= byteLimit
            guard eventCount == 0 || fits else { return false }
            eventCount += 1
            byteCount += payload.count
            delivered += 1
            peakCount = max(peakCount, eventCount)
            items.append(.event(payload))
            return true
        }

        mutating func appendGap() {
            // One gap says it: a connection that flaps must not fill the memory.
            if head < items.count, case .gap? = items.last { return }
            items.append(.gap)
        }

        mutating func takeWaiter() -> UnsafeContinuation<Next, Never>? {
            defer { waiter = nil }
            return waiter?.continuation
        }
    }

    private enum Addition {
        case kept, full
        case wakes(UnsafeContinuation<Next, Never>)
    }
    private enum Wait {
        case waits
        case ready(Next)
        case cancelled, misused
    }

    private let state = Lock(State())
    private let countLimit: Int
    private let byteLimit: Int

    init(_ options: SubscriptionOptions) {
        countLimit = max(1, options.bufferLimit)
        byteLimit = max(1, options.byteLimit)
    }

    /// How much has come, and how much of it waits.
    var figures: (delivered: Int, waiting: Int, waitingBytes: Int, peakWaiting: Int) {
        state.withLock { ($0.delivered, $0.eventCount, $0.byteCount, $0.peakCount) }
    }

    // MARK: - The loop's side

    func deliver(_ payload: [UInt8]) -> Delivery {
        let outcome = state.withLock { state -> Addition in
            guard state.end == nil else { return .kept }
            if let waiter = state.takeWaiter() {
                state.delivered += 1
                return .wakes(waiter)
            }
            return state.append(payload, countLimit, byteLimit) ? .kept : .full
        }
        switch outcome {
        case .kept: return .taken
        case .full: return .full
        case .wakes(let continuation):
            continuation.resume(returning: .success(.event(payload)))
            return .taken
        }
    }

    /// A gap takes nothing of either limit, and is never lost.
    func gap() {
        let waiter = state.withLock { state -> UnsafeContinuation<Next, Never>? in
            guard state.end == nil else { return nil }
            if let waiter = state.takeWaiter() { return waiter }
            state.appendGap()
            return nil
        }
        waiter?.resume(returning: .success(.gap))
    }

    /// What is in the buffer still reaches the consumer; then comes the end.
    func finish(_ error: GreengrassIPCError?) {
        let end: Next = error.map { .failure($0) } ?? .success(nil)
        let waiter = state.withLock { state -> UnsafeContinuation<Next, Never>? in
            guard state.end == nil else { return nil }
            state.end = end
            return state.takeWaiter()
        }
        waiter?.resume(returning: end)
    }

    // MARK: - The consumer's side

    /// What is there already: no change of executor, no suspension.
    func take() -> Next? {
        state.withLock { $0.take(compactingAt: countLimit) }
    }

    func wait(isolation: isolated (any Actor)?) async -> Next {
        if Task.isCancelled { return .failure(Self.cancelled) }
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { wait(id, $0) }
        } onCancel: {
            cancel(id)
        }
    }

    private func wait(_ id: Int, _ continuation: UnsafeContinuation<Next, Never>) {
        let outcome = state.withLock { state -> Wait in
            guard state.waiter == nil else { return .misused }
            if state.cancelledWaiter == id { return .cancelled }
            // It can have come since the buffer was looked at.
            if let next = state.take(compactingAt: countLimit) { return .ready(next) }
            state.waiter = (id, continuation)
            return .waits
        }
        switch outcome {
        case .waits: break
        case .ready(let next): continuation.resume(returning: next)
        case .cancelled: continuation.resume(returning: .failure(Self.cancelled))
        case .misused:
            let text = "a subscription has one consumer, and another one is waiting"
            continuation.resume(returning: .failure(GreengrassIPCError(.invalidRequest, text)))
        }
    }

    private func cancel(_ id: Int) {
        let waiter = state.withLock { state -> UnsafeContinuation<Next, Never>? in
            state.cancelledWaiter = id
            return state.waiter?.id == id ? state.takeWaiter() : nil
        }
        waiter?.resume(returning: .failure(Self.cancelled))
    }

    private static var cancelled: GreengrassIPCError {
        GreengrassIPCError(.cancelled, "the task that waited for an event was cancelled")
    }
}
