// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

/// Runs `body` on a loop with a thread of its own, ends the loop, and requires that nothing was left behind.
func withTestLoop(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: @escaping @Sendable (EventLoop) async throws -> Void
) async throws {
    let loop = try EventLoop.start()
    let task = Task(executorPreference: loop) { try await body(loop) }
    let outcome = await task.result
    let leftovers = await loop.shutDown()
    #expect(
        leftovers == .none,
        sourceLocation: sourceLocation
    )
    try outcome.get()
}

extension EventLoop {
    /// Comes back when the loop has looked for events `count` times more.
    func passTurns(_ count: Int) async {
        for _ in 0..<count {
            let before = turnCount
            while turnCount == before {
                await withCheckedContinuation { continuation in execute { continuation.resume() } }
            }
        }
    }

    /// How often the loop turns during a wait in which nothing is to happen: more than a few is a busy loop.
    func turnsWhileIdle() async throws -> Int {
        let before = turnCount
        try await sleep(for: .milliseconds(60))
        return turnCount - before
    }
}

/// Something that a test waits for and that happens on the loop's thread, where this is confined to.
final class Happening: @unchecked Sendable {
    // Safety: touched on the loop's thread only.
    private(set) var count = 0
    private var waiting: (wanted: Int, continuation: CheckedContinuation<Void, Never>)?

    func happen() {
        count += 1
        guard let (wanted, continuation) = waiting, count >= wanted else { return }
        waiting = nil
        continuation.resume()
    }

    func wait(for wanted: Int = 1) async {
        // Asked within: the task may give way before it is there, and it may happen meanwhile.
        await withCheckedContinuation { continuation in
            if count >= wanted { continuation.resume() } else { waiting = (wanted, continuation) }
        }
    }
}
