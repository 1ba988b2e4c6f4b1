// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// What became of a question to the component's own code.
enum HandlerOutcome<Answer: Sendable>: Sendable {
    case answered(Answer)
    case threw(any Error)
    /// The time was up first.
    case late
    /// The task, or the event loop, ended first.
    case cancelled
}

/// Holds the first outcome of a question for the one who waits for it.
///
/// Waiting does not end with a cancellation: whoever resolves the slot is cancelled too and does so.
final class HandlerSlot<Answer: Sendable>: Sendable {
    private struct State {
        var outcome: HandlerOutcome<Answer>?
        var waiter: UnsafeContinuation<HandlerOutcome<Answer>, Never>?
    }

    private let state = Lock(State())

    /// Only the first outcome counts.
    func resolve(_ outcome: HandlerOutcome<Answer>) {
        let waiter = state.withLock { state -> UnsafeContinuation<HandlerOutcome<Answer>, Never>? in
            guard state.outcome == nil else { return nil }
            state.outcome = outcome
            return state.waiter.take()
        }
        waiter?.resume(returning: outcome)
    }

    func value() async -> HandlerOutcome<Answer> {
        await withUnsafeContinuation { continuation in
            let outcome = state.withLock { state -> HandlerOutcome<Answer>? in
                if state.outcome == nil { state.waiter = continuation }
                return state.outcome
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
    }
}

/// Asks the component's own code, for so long and no longer.
///
/// A handler that takes longer is cancelled and goes on in the group: one that takes no notice holds up the end of
/// the group, and nothing else.
func ask<Answer: Sendable>(
    in group: inout ThrowingDiscardingTaskGroup<any Error>,
    _ loop: EventLoop,
    within limit: Duration,
    _ handler: @escaping @Sendable () async throws -> Answer
) async -> HandlerOutcome<Answer> {
    let slot = HandlerSlot<Answer>()
    group.addTask {
        await withTaskGroup(of: HandlerOutcome<Answer>.self) { race in
            race.addTask {
                do {
                    return .answered(try await handler())
                } catch {
                    return Task.isCancelled ? .cancelled : .threw(error)
                }
            }
            race.addTask {
                do {
                    try await loop.sleep(for: limit)
                    return .late
                } catch {
                    return .cancelled
                }
            }
            if let first = await race.next() { slot.resolve(first) }
            race.cancelAll()
        }
    }
    return await slot.value()
}
