// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import GreengrassIPC

private final class WeakReference<Object: AnyObject & Sendable>: @unchecked Sendable {
    // Safety: weak references are read atomically; it is set once, before it is shared.
    weak var object: Object?
    init(_ object: Object) { self.object = object }
}

/// How many threads this process has.
private func threadCount() throws -> Int {
    let status = String(decoding: try Files.read("/proc/self/status"), as: UTF8.self)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("Threads:") })
    return try #require(Int(line.split(separator: "\t")[1]))
}

/// Looks again for two seconds.
private func becomesTrue(_ condition: @escaping @Sendable () throws -> Bool) async throws -> Bool {
    try await EventLoop.with { loop in
        for _ in 0..<400 {
            if try condition() { return true }
            try await loop.sleep(for: .milliseconds(5))
        }
        return false
    }
}

@Suite(.timeLimit(.minutes(1)))
struct ClientLifecycleTests {
    private static let unanswering: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
        if message.type == MessageType.connect { peer.accept() }
    }

    @Test func aClientRunsOnce() async throws {
        try await withTestNucleus(onMessage: answering()) { client, nucleus in
            _ = try await client.getConfiguration()
            #expect(await code { try await client.run() } == .invalidRequest)
            _ = try await client.getConfiguration()
            #expect(try await onLoop(client.loop) { nucleus.connections.count } == 1)
        }
    }

    @Test func shuttingDownFailsWhatWaits() async throws {
        try await withTestNucleus(listens: false, onMessage: answering()) { client, _ in
            async let call = code { try await client.getConfiguration() }
            async let subscription = code {
                try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce) { _ in }
            }
            await settle(client.loop)
            await client.shutDown()
            #expect(await call == .closed)
            #expect(await subscription == .closed)
        }
    }

    @Test func shuttingDownFailsWhatIsInFlightAndEndsSubscriptions() async throws {
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            if message.operation != "GetConfiguration" { answering()(peer, message) }
        }
        try await withTestNucleus(onMessage: script) { client, nucleus in
            try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce) { messages in
                async let call = code { try await client.getConfiguration() }
                #expect(await nucleus.sees { $0.connections.first?.requests.count == 2 })
                await client.shutDown()
                #expect(await call == .closed)
                var iterator = messages.makeAsyncIterator()
                let last = try await iterator.next()
                #expect(last == nil)
                #expect(await nucleus.sees { $0.connections[0].sawEnd })
                #expect(try await onLoop(client.loop) { nucleus.connections[0].terminated } == [1])
            }
        }
    }

    @Test func aClientThatHasEndedAnswersClosedAndNeverHangs() async throws {
        try await withTestNucleus(onMessage: answering()) { client, _ in
            await client.shutDown()
            await client.shutDown()
            for _ in 0..<3 {
                #expect(await code { try await client.getConfiguration() } == .closed)
                #expect(
                    await code { try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce) { _ in } }
                        == .closed
                )
            }
            try await client.run()
        }
    }

    /// The loop's thread has ended too.
    @Test func aClientThatOutlivesItsScopeAnswersClosed() async throws {
        let configuration = GreengrassIPCConfiguration(socketPath: "/nowhere", authentication: .svcuid("T"))
        let client = try await withGreengrassIPC(configuration) { $0 }
        #expect(await code { try await client.getConfiguration() } == .closed)
        await client.loop.shutDown()
        for _ in 0..<3 { #expect(await code { try await client.getConfiguration() } == .closed) }
        let task = Task { try await client.getConfiguration() }
        task.cancel()
        let last = await code { try await task.value }
        #expect(last == .closed || last == .cancelled)
        #expect(
            await code { try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce) { _ in } } == .closed
        )
        try await client.run()
    }

    @Test func cancellingRunEndsTheClient() async throws {
        let configuration = GreengrassIPCConfiguration(socketPath: "/nowhere", authentication: .svcuid("T"))
        let client = try GreengrassIPCClient(configuration)
        let run = Task { try await client.run() }
        let call = Task { await code { try await client.getConfiguration() } }
        await settle(client.loop)
        run.cancel()
        try await run.value
        // It is not the call's task that was cancelled.
        #expect(await call.value == .closed)
    }

    /// A task that does not prefer the loop may be suspended between its start and its wait.
    @Test func runningInACancelledTaskEndsAtOnce() async throws {
        let configuration = GreengrassIPCConfiguration(socketPath: "/nowhere", authentication: .svcuid("T"))
        for _ in 0..<20 {
            let client = try GreengrassIPCClient(configuration)
            let run = Task { try await client.run() }
            run.cancel()
            try await run.value
            #expect(await code { try await client.getConfiguration() } == .closed)
        }
    }

    @Test func aCancelledBodyEndsTheScope() async throws {
        try await withTestNucleus(onMessage: Self.unanswering) { client, nucleus in
            let path = nucleus.socketPath
            let task = Task {
                try await withGreengrassIPC(.init(socketPath: path, authentication: .svcuid("T"))) { client in
                    _ = try await client.getConfiguration()
                }
            }
            #expect(await nucleus.sees { $0.connections.contains { $0.requests.count == 1 } })
            task.cancel()
            #expect(await code { try await task.value } == .cancelled)
        }
    }

    @Test func nothingIsLeftAfterTheScope() async throws {
        let references = try await referencesAfterAScope()
        #expect(
            try await becomesTrue {
                references.client.object == nil && references.loop.object == nil && references.nucleus.object == nil
            }
        )
    }

    private struct References: Sendable {
        let client: WeakReference<GreengrassIPCClient>
        let loop: WeakReference<EventLoop>
        let nucleus: WeakReference<ScriptedNucleus>
    }

    private func referencesAfterAScope() async throws -> References {
        let found = Lock<References?>(nil)
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            if message.operation == "PublishToIoTCore" { return peer.close() }
            answering()(peer, message)
        }
        try await withTestNucleus(onMessage: script) { client, nucleus in
            let references = References(
                client: WeakReference(client),
                loop: WeakReference(client.loop),
                nucleus: WeakReference(nucleus)
            )
            found.withLock { $0 = references }
            try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce) { _ in
                _ = try await client.getConfiguration()
                let lost = await code { try await client.publishToIoTCore(topicName: "t", qos: .atMostOnce) }
                #expect(lost == .connectionLost)
                _ = try await client.getConfiguration()
            }
        }
        return try #require(found.withLock { $0 })
    }

    @Test func aClientThatNeverRanLeavesNoThread() async throws {
        await #expect(processExitsWith: .success) {
            let configuration = GreengrassIPCConfiguration(socketPath: "/nowhere", authentication: .svcuid("T"))
            // What the runtime starts for itself is there before the count.
            try await EventLoop.with { loop in try await loop.sleep(for: .milliseconds(1)) }
            let before = try threadCount()
            for _ in 0..<20 { _ = try GreengrassIPCClient(configuration) }
            let ends = try await becomesTrue { try threadCount() <= before + 1 }
            #expect(ends)
        }
    }

    @Test func aComponentRunsOnItsCallersThread() async throws {
        await #expect(processExitsWith: .success) {
            let directory = try Files.makeTemporaryDirectory(prefix: "one-thread-")
            let path = directory + "/nowhere.socket"
            var configuration = GreengrassIPCConfiguration(socketPath: path, authentication: .svcuid("T"))
            configuration.callTimeout = .milliseconds(20)
            let before = try threadCount()
            let outcome = try runGreengrassComponent(configuration) { client in
                let code = await code { try await client.getConfiguration() }
                #expect(code == .notConnected)
                return (try threadCount(), EventLoop.current === client.loop)
            }
            Files.remove(directory)
            #expect(outcome.0 == before)
            #expect(outcome.1)
        }
    }
}
