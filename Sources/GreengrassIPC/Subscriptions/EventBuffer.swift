// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// Where the loop puts a subscription's events; it does not know their type.
protocol EventSink: AnyObject, Sendable {
    /// Reads an event and puts it into the buffer; the payload is not kept.
    func deliver(_ payload: ArraySlice<UInt8>) -> Delivery
    func gap()
    func finish(_ error: GreengrassIPCError?)
}

enum Delivery {
    case taken
    case full
    case unreadable(JSONError)
}

/// What a subscription brings, when gaps are asked for.
public enum SubscriptionItem<Event: Sendable>: Sendable {
    /// An event.
    case event(Event)
    /// The connection was lost and the subscription has been made again: events may be missing here.
    case gap
}

/// A bounded buffer between the loop and one consumer anywhere. It lies under a lock, so that the consumer takes what
/// is there without leaving its executor.
final class EventBuffer<Event: JSONReadable & Sendable>: EventSink {
    typealias Next = Result<SubscriptionItem<Event>?, GreengrassIPCError>

    private struct State {
        var items: [SubscriptionItem<Event>?] = []
        /// The items before this one have been taken.
        var head = 0
        /// What each event takes of the byte limit; nil for a gap, which takes nothing of either limit.
        var costs: [Int?] = []
        var eventCount = 0
        var byteCount = 0
        var end: Result<Void, GreengrassIPCError>?
        var waiter: (id: Int, continuation: UnsafeContinuation<Next, Never>)?
        var lastWaiter = 0
        var cancelledWaiter = 0

        /// The next item, or the end; nil when there is neither yet.
        mutating func take(compactingAt limit: Int) -> Next? {
            guard head < items.count else { return end?.map { nil } }
            // Taken out of its place, so that nothing of it is kept.
            let item = items[head].take()
            if let cost = costs[head] {
                eventCount -= 1
                byteCount -= cost
            }
            head += 1
            if head == items.count {
                items.removeAll(keepingCapacity: true)
                costs.removeAll(keepingCapacity: true)
                head = 0
            } else if head >= limit {
                items.removeFirst(head)
                costs.removeFirst(head)
                head = 0
            }
            return .success(item)
        }
    }

    private enum Addition { case kept, full, wakes(UnsafeContinuation<Next, Never>) }
    private enum Wait { case waits, ready(Next), cancelled, misused }

    private let state = Lock(State())
    private let bufferLimit: Int
    private let byteLimit: Int

    init(_ options: SubscriptionOptions) {
        bufferLimit = max(1, options.bufferLimit)
        byteLimit = max(1, options.byteLimit)
    }

    // MARK: - The loop's side

    func deliver(_ payload: ArraySlice<UInt8>) -> Delivery {
        let event: Event
        do {
            event = try payload.withUnsafeBufferPointer { bytes throws(JSONError) in
                try Event(jsonBytes: bytes.span)
            }
        } catch {
            return .unreadable(error)
        }
        return add(.event(event), cost: payload.count) ? .taken : .full
    }

    func gap() {
        _ = add(.gap, cost: nil)
    }

    func finish(_ error: GreengrassIPCError?) {
        let waiter = state.withLock { state -> UnsafeContinuation<Next, Never>? in
            guard state.end == nil else { return nil }
            state.end = error.map { .failure($0) } ?? .success(())
            defer { state.waiter = nil }
            return state.waiter?.continuation
        }
        waiter?.resume(returning: error.map { .failure($0) } ?? .success(nil))
    }

    private func add(_ item: SubscriptionItem<Event>, cost: Int?) -> Bool {
        let outcome = state.withLock { state -> Addition in
            guard state.end == nil else { return .kept }
            if let waiter = state.waiter {
                state.waiter = nil
                return .wakes(waiter.continuation)
            }
            if let cost {
                // Whatever its size, an event that none waits before is taken.
                let fits = state.eventCount < bufferLimit && state.byteCount + cost <= byteLimit
                guard state.eventCount == 0 || fits else { return .full }
                state.eventCount += 1
                state.byteCount += cost
            } else if state.head < state.items.count, case .some(nil) = state.costs.last {
                // One gap says it: a connection that flaps must not fill the memory.
                return .kept
            }
            state.items.append(item)
            state.costs.append(cost)
            return .kept
        }
        switch outcome {
        case .kept: return true
        case .full: return false
        case .wakes(let continuation):
            continuation.resume(returning: .success(item))
            return true
        }
    }

    // MARK: - The consumer's side

    func next(isolation: isolated (any Actor)?) async throws(GreengrassIPCError) -> SubscriptionItem<Event>? {
        if let ready = take() { return try ready.get() }
        if Task.isCancelled { throw Self.cancelled }
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let next = await withTaskCancellationHandler {
            await withUnsafeContinuation { wait(id, $0) }
        } onCancel: {
            cancel(id)
        }
        return try next.get()
    }

    private func take() -> Next? {
        state.withLock { $0.take(compactingAt: bufferLimit) }
    }

    private func wait(_ id: Int, _ continuation: UnsafeContinuation<Next, Never>) {
        let outcome = state.withLock { state -> Wait in
            guard state.waiter == nil else { return .misused }
            if state.cancelledWaiter == id { return .cancelled }
            // It can have come since the buffer was looked at.
            if let next = state.take(compactingAt: bufferLimit) { return .ready(next) }
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
            guard let waiter = state.waiter, waiter.id == id else { return nil }
            state.waiter = nil
            return waiter.continuation
        }
        waiter?.resume(returning: .failure(Self.cancelled))
    }

    private static var cancelled: GreengrassIPCError {
        GreengrassIPCError(.cancelled, "the task that waited for an event was cancelled")
    }
}
