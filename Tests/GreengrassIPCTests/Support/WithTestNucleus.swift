// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import GreengrassIPC

/// Runs a client against a scripted peer, both on one loop of their own.
///
/// - Parameter listens: false when the socket is not there yet; `ScriptedNucleus.listen` makes it.
func withTestNucleus(
    listens: Bool = true,
    configure: (inout GreengrassIPCConfiguration) -> Void = { _ in },
    onMessage: @escaping @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void,
    _ body: @Sendable (GreengrassIPCClient, ScriptedNucleus) async throws -> Void
) async throws {
    let loop = try EventLoop.start()
    let nucleus = try await onLoop(loop) {
        let nucleus = try ScriptedNucleus(loop, onMessage: onMessage)
        if listens { try nucleus.listen() }
        return nucleus
    }
    var configuration = GreengrassIPCConfiguration(
        socketPath: nucleus.socketPath,
        authentication: .svcuid("0123456789ABCDEF")
    )
    // Long: under a sanitizer other tests hold the threads of the pool for half a minute.
    configuration.callTimeout = .seconds(50)
    configuration.backoff = Backoff(initial: .milliseconds(5), maximum: .milliseconds(20))
    configure(&configuration)
    let client = try GreengrassIPCClient(configuration, on: loop)
    let outcome: Result<Void, any Error>
    do {
        try await withRunning(client) { try await body($0, nucleus) }
        outcome = .success(())
    } catch {
        outcome = .failure(error)
    }
    try await onLoop(loop) { nucleus.removeFiles() }
    let leftovers = await loop.shutDown()
    #expect(leftovers == .none)
    try outcome.get()
}

/// Runs a synchronous closure on a loop's thread.
func onLoop<Result: Sendable>(
    _ loop: EventLoop,
    _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
    let result: Swift.Result<Result, any Error> = await withCheckedContinuation { continuation in
        loop.execute { continuation.resume(returning: Swift.Result { try body() }) }
    }
    return try result.get()
}

/// A peer that accepts and answers each call with an empty structure, as the classic nucleus does.
func answering(
    _ answers: [String: String] = [:]
) -> @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void {
    { peer, message in
        if message.type == MessageType.connect { return peer.accept() }
        guard let operation = message.operation else { return }
        let isSubscription = operation.hasPrefix("Subscribe")
        peer.send(
            flags: isSubscription ? 0 : MessageFlags.terminateStream,
            stream: message.streamID,
            shape: operation + "Response",
            json: answers[operation] ?? "{}"
        )
    }
}

/// Lets everything that is ready on a loop run, and what follows from it.
func settle(_ loop: EventLoop) async {
    await withCheckedContinuation { continuation in
        loop.execute { loop.afterTurns(10) { continuation.resume() } }
    }
}

extension EventLoop {
    /// Does something a few turns later: jobs run, queued bytes leave and sockets are read in each of them.
    func afterTurns(_ count: Int, _ body: @escaping () -> Void) {
        // Timers fire once a turn, after the sockets.
        arm(LoopTimer { [self] in count <= 1 ? body() : afterTurns(count - 1, body) }, at: .now())
    }
}

/// The code of the error that a body throws; nil when it throws none.
func code<Value>(_ body: () async throws -> Value) async -> GreengrassIPCError.Code? {
    await failure(body)?.code
}

/// The error that a body throws; nil when it throws none.
func failure<Value>(_ body: () async throws -> Value) async -> GreengrassIPCError? {
    do {
        _ = try await body()
        return nil
    } catch let error as GreengrassIPCError {
        return error
    } catch {
        Issue.record("another error: \(error)")
        return nil
    }
}
