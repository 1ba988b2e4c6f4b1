// SPDX-License-Identifier: Apache-2.0

extension EventLoop {
    /// Waits on the loop's timers; unlike `Task.sleep` it starts no thread.
    ///
    /// - Throws: `CancellationError` at once when the task is cancelled or the loop ends.
    package func sleep(for duration: Duration) async throws {
        try await sleep(until: .now() + duration)
    }

    package func sleep(until deadline: Instant) async throws {
        let sleeper = Sleeper(loop: self)
        let wasCancelled = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                execute { sleeper.begin(continuation, until: deadline) }
            }
        } onCancel: {
            execute { sleeper.cancel() }
        }
        if wasCancelled { throw CancellationError() }
    }
}

/// One wait: on the loop's thread the end of time and the cancellation come one after the other.
private final class Sleeper: @unchecked Sendable {
    // Safety: made by one task, then touched on the loop's thread only.
    private let loop: EventLoop
    private var continuation: UnsafeContinuation<Bool, Never>?
    private var isCancelled = false
    /// While armed the timer keeps this object, which `finish` undoes.
    private var timer: LoopTimer?

    init(loop: EventLoop) {
        self.loop = loop
    }

    func begin(_ continuation: UnsafeContinuation<Bool, Never>, until deadline: Instant) {
        self.continuation = continuation
        // A loop that has ended has no time any more.
        if isCancelled || loop.hasEnded {
            finish(cancelled: true)
            return
        }
        let timer = LoopTimer(whenLoopEnds: { self.finish(cancelled: true) }, { self.finish(cancelled: false) })
        self.timer = timer
        loop.arm(timer, at: deadline)
    }

    func cancel() {
        isCancelled = true
        finish(cancelled: true)
    }

    private func finish(cancelled: Bool) {
        guard let continuation else { return }
        self.continuation = nil
        if let timer { loop.cancel(timer) }
        timer = nil
        continuation.resume(returning: cancelled)
    }
}
