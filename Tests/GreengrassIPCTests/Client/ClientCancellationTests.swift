// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import GreengrassIPC

/// Answers GetConfiguration only.
private let silentToPublish: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
    guard message.operation != "PublishToIoTCore" else { return }
    answering()(peer, message)
}

@Suite(.timeLimit(.minutes(1)))
struct ClientCancellationTests {
    private static func publish(_ client: GreengrassIPCClient) -> Task<PublishToIoTCoreResponse, any Error> {
        Task { try await client.publishToIoTCore(topicName: "t", qos: .atLeastOnce) }
    }

    @Test func aCallOfACancelledTaskIsNotMade() async throws {
        try await withTestNucleus(onMessage: answering()) { client, nucleus in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await client.publishToIoTCore(topicName: "t", qos: .atLeastOnce)
            }
            #expect(await code { try await task.value } == .cancelled)
            _ = try await client.getConfiguration()
            let requests = try await onLoop(client.loop) { nucleus.connections[0].requests }
            #expect(requests.map(\.operation) == ["GetConfiguration"])
            #expect(requests.map(\.streamID) == [1])
        }
    }

    @Test func aCallThatWaitsForAConnectionIsNotMadeOnceCancelled() async throws {
        try await withTestNucleus(listens: false, onMessage: answering()) { client, nucleus in
            let task = Task(executorPreference: client.loop) {
                try await client.publishToIoTCore(topicName: "t", qos: .atLeastOnce)
            }
            await settle(client.loop)
            task.cancel()
            #expect(await code { try await task.value } == .cancelled)
            try await onLoop(client.loop) { try nucleus.listen() }
            _ = try await client.getConfiguration()
            let requests = try await onLoop(client.loop) { nucleus.connections[0].requests }
            #expect(requests.map(\.operation) == ["GetConfiguration"])
        }
    }

    @Test func cancellingACallInFlightEndsItsStreamOnce() async throws {
        try await withTestNucleus(onMessage: silentToPublish) { client, nucleus in
            let task = Self.publish(client)
            #expect(await nucleus.sees { $0.connections.first?.requests.count == 1 })
            task.cancel()
            #expect(await code { try await task.value } == .cancelled)
            #expect(await nucleus.sees { $0.connections[0].terminated == [1] })
            // The answer was under way.
            try await onLoop(client.loop) {
                nucleus.connections[0].send(flags: 2, stream: 1, shape: "PublishToIoTCoreResponse", json: "{}")
            }
            _ = try await client.getConfiguration()
            #expect(try await onLoop(client.loop) { nucleus.connections.map(\.terminated) } == [[1]])
        }
    }

    @Test func aTimeoutEndsItsStreamOnly() async throws {
        try await withTestNucleus(
            configure: { $0.callTimeout = .seconds(1) },
            onMessage: silentToPublish
        ) { client, nucleus in
            let error = await failure { try await client.publishToIoTCore(topicName: "t", qos: .atLeastOnce) }
            #expect(error?.code == .timeout)
            #expect(error?.operation == "aws.greengrass#PublishToIoTCore")
            #expect(await nucleus.sees { $0.connections[0].terminated == [1] })
            try await onLoop(client.loop) {
                nucleus.connections[0].send(flags: 2, stream: 1, shape: "PublishToIoTCoreResponse", json: "{}")
            }
            _ = try await client.getConfiguration()
            let ids = try await onLoop(client.loop) { nucleus.connections.map { $0.requests.map(\.streamID) } }
            #expect(ids == [[1, 2]])
        }
    }

    /// Answers and cancellations from another thread, as close together as can be.
    @Test func aCancellationMayMeetTheAnswer() async throws {
        try await withTestNucleus(onMessage: answering()) { client, nucleus in
            var answered = 0
            for number in 0..<300 {
                let task = Self.publish(client)
                if number % 3 == 1 { await Task.yield() }
                if number % 3 == 2 { await settle(client.loop) }
                task.cancel()
                do {
                    _ = try await task.value
                    answered += 1
                } catch let error as GreengrassIPCError {
                    #expect(error.code == .cancelled)
                }
            }
            _ = try await client.getConfiguration()
            let peer = try await onLoop(client.loop) {
                (
                    nucleus.connections.count, nucleus.connections[0].requests.map(\.streamID),
                    nucleus.connections[0].terminated
                )
            }
            #expect(peer.0 == 1)
            #expect(peer.1 == Array(1...Int32(peer.1.count)))
            // Never for a stream that was answered, and once for each that was not.
            #expect(Set(peer.2).count == peer.2.count)
            #expect(peer.2.count == peer.1.count - 1 - answered)
        }
    }

    /// Nothing else would end these calls and subscriptions in the test's time.
    @Test func aCancellationIsNeverLost() async throws {
        let silent: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            if message.type == MessageType.connect { peer.accept() }
        }
        try await withTestNucleus(configure: { $0.callTimeout = .seconds(600) }, onMessage: silent) { client, _ in
            for number in 0..<400 {
                let call = Self.publish(client)
                let subscription = Task {
                    try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce) { _ in }
                }
                for _ in 0..<number % 8 { await Task.yield() }
                call.cancel()
                subscription.cancel()
                #expect(await code { try await call.value } == .cancelled)
                #expect(await code { try await subscription.value } == .cancelled)
            }
        }
    }

    /// The nucleus ends the stream; the caller is cancelled before it knows.
    @Test func nothingIsWrittenAfterTheNucleussTerminate() async throws {
        try await withTestNucleus(onMessage: silentToPublish) { client, nucleus in
            let task = Self.publish(client)
            #expect(await nucleus.sees { $0.connections.first?.requests.count == 1 })
            try await onLoop(client.loop) {
                nucleus.connections[0].send(flags: 2, stream: 1, shape: "PublishToIoTCoreResponse", json: "{}")
                // The answer is read a turn later, before the cancellation is heard.
                client.loop.afterTurns(3) { task.cancel() }
            }
            _ = try await task.value
            _ = try await client.getConfiguration()
            #expect(try await onLoop(client.loop) { nucleus.connections[0].terminated } == [])
        }
    }
}
