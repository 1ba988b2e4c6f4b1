// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import GreengrassIPC

/// Runs a client against a scripted peer, both on one loop of their own.
func withTestNucleus(
    configure: (inout GreengrassIPCConfiguration) -> Void = { _ in },
    onMessage: @escaping @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void,
    _ body: @Sendable (GreengrassIPCClient, ScriptedNucleus) async throws -> Void
) async throws {
    let loop = try EventLoop.start()
    let nucleus = try await onLoop(loop) {
        let nucleus = try ScriptedNucleus(loop, onMessage: onMessage)
        try nucleus.listen()
        return nucleus
    }
    var configuration = GreengrassIPCConfiguration(
        socketPath: nucleus.socketPath,
        authentication: .svcuid("0123456789ABCDEF")
    )
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
