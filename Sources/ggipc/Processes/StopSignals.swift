// SPDX-License-Identifier: Apache-2.0

import EventReactor

/// The signals that end this program.
final class StopSignals: @unchecked Sendable {
    // Safety: made and used on the loop's thread only, where the program's only task runs too.
    private var source: SignalSource?
    private(set) var received: Int32?
    private var isClosed = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// Called for each one.
    var action: ((Int32) -> Void)?

    init(_ loop: EventLoop) throws {
        source = try SignalSource([SignalSource.terminate, SignalSource.interrupt], loop: loop) { [weak self] in
            self?.come($0)
        }
    }

    private func come(_ signal: Int32) {
        received = signal
        for continuation in waiting { continuation.resume() }
        waiting = []
        action?(signal)
    }

    /// Waits for the first, or until this is closed.
    func first() async {
        await withCheckedContinuation { continuation in
            if received != nil || isClosed { continuation.resume() } else { waiting.append(continuation) }
        }
    }

    func close() {
        isClosed = true
        source?.close()
        source = nil
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
