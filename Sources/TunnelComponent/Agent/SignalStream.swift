// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// The first signal that ends the process, for one task that waits for it.
final class SignalStream: @unchecked Sendable {
    // Safety: made on the loop's thread and touched there only.
    private let loop: EventLoop
    private var source: SignalSource?
    private var received: Int32?
    private var waiter: UnsafeContinuation<Int32?, Never>?
    private var isCancelled = false

    /// The signals that ask the agent to stop.
    static let stopping = [SignalSource.terminate, SignalSource.interrupt, SignalSource.hangUp]

    init(_ signals: [Int32] = SignalStream.stopping, loop: EventLoop) throws(SystemError) {
        self.loop = loop
        source = try SignalSource(signals, loop: loop) { [weak self] in self?.arrived($0) }
    }

    /// The signal; nil when the waiting task is cancelled.
    func next() async -> Int32? {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                loop.execute { [self] in
                    waiter = continuation
                    resume()
                }
            }
        } onCancel: {
            loop.execute { [self] in
                isCancelled = true
                resume()
            }
        }
    }

    func close() {
        source?.close()
        source = nil
    }

    private func arrived(_ signal: Int32) {
        received = received ?? signal
        resume()
    }

    private func resume() {
        guard received != nil || isCancelled, let waiter else { return }
        self.waiter = nil
        waiter.resume(returning: received)
    }
}
