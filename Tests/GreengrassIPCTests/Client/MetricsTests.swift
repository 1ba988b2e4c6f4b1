// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import GreengrassIPC

@Suite(.timeLimit(.minutes(1)))
struct MetricsTests {
    @Test(arguments: [
        (Duration.zero, 0), (.microseconds(100), 0), (.microseconds(101), 1), (.milliseconds(3), 5), (.seconds(10), 15),
        (.seconds(11), 16), (.seconds(100_000), 16),
    ])
    func aTimeHasItsBucket(_ duration: Duration, _ bucket: Int) {
        var latency = GreengrassIPCMetrics.Latency()
        latency.add(duration)
        latency.add(duration)
        #expect(latency.buckets.enumerated().filter { $0.element > 0 }.map(\.offset) == [bucket])
        #expect(latency.buckets[bucket] == 2 && latency.count == 2)
        #expect(latency.total == duration * 2 && latency.maximum == duration)
    }

    @Test func boundsAscend() {
        let bounds = GreengrassIPCMetrics.Latency.bounds
        #expect(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 })
        #expect(GreengrassIPCMetrics.Latency().buckets.count == bounds.count + 1)
    }

    @Test func callsAreCountedByOperationAndOutcome() async throws {
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            guard message.operation == "UpdateState" else { return answering()(peer, message) }
            let id = message.streamID
            peer.send(type: MessageType.applicationError, flags: 2, stream: id, shape: "ServiceError", json: "{}")
        }
        try await withTestNucleus(onMessage: script) { client, _ in
            #expect(client.metrics == GreengrassIPCMetrics(connection: client.metrics.connection))
            for _ in 0..<3 { _ = try await client.getConfiguration() }
            for _ in 0..<2 { #expect(await code { try await client.updateState(state: .running) } == .serviceError) }
            #expect(
                await code { try await client.call(operation: "GetConfiguration", request: [:], timeout: .zero) } != nil
            )
            let metrics = client.metrics
            let read = try #require(metrics.calls["aws.greengrass#GetConfiguration"])
            #expect(read.succeeded == 3 && read.failedCount == 1 && read.failed == [.timeout: 1])
            // Not answered, so of no latency.
            #expect(read.latency.count == 3 && read.latency.buckets.reduce(0, +) == 3)
            #expect(read.latency.total >= read.latency.maximum && read.latency.maximum > .zero)
            let state = try #require(metrics.calls["aws.greengrass#UpdateState"])
            #expect(state.succeeded == 0 && state.failed == [.serviceError: 2] && state.latency.count == 2)
            #expect(metrics.calls.count == 2)
            #expect(metrics.connection == .init(isConnected: true, opened: 1, lost: 0, failedAttempts: 0))
            // What was read once does not change.
            _ = try await client.getConfiguration()
            #expect(metrics.calls["aws.greengrass#GetConfiguration"]?.succeeded == 3)
            #expect(client.metrics.calls["aws.greengrass#GetConfiguration"]?.succeeded == 4)
        }
    }

    @Test func lagAndDropsOfSubscriptionsAreCounted() async throws {
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            answering()(peer, message)
            guard message.operation == "SubscribeToIoTCore" else { return }
            for number in 0..<4 { peer.sendMessage(stream: message.streamID, "\(number)") }
            peer.send(stream: message.streamID, shape: "BrandNewEvents", json: "{}")
        }
        try await withTestNucleus(onMessage: script) { client, nucleus in
            var options = SubscriptionOptions()
            options.bufferLimit = 4
            func figures() -> GreengrassIPCMetrics.Subscriptions? {
                client.metrics.subscriptions["aws.greengrass#SubscribeToIoTCore"]
            }
            try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce, options: options) { messages in
                // Behind everything that the nucleus has sent so far.
                _ = try await client.getConfiguration()
                let lagging = try #require(figures())
                #expect(lagging.open == 1 && lagging.events == 4 && lagging.waiting == 4 && lagging.peakWaiting == 4)
                #expect(lagging.waitingBytes > 4 && lagging.unreadableEvents == 1)
                var iterator = messages.makeAsyncIterator()
                _ = try await iterator.next()
                #expect(figures()?.waiting == 3)
                try await onLoop(client.loop) {
                    nucleus.connections[0].send(stream: 1, shape: "IoTCoreMessage", json: "[")
                }
                for _ in 0..<3 { _ = try await iterator.next() }
                try await onLoop(client.loop) {
                    for number in 0..<6 { nucleus.connections[0].sendMessage(stream: 1, "\(number)") }
                }
                let error = await failure { while try await iterator.next() != nil {} }
                #expect(error == nil || error?.code == .slowConsumer)
            }
            let over = try #require(figures())
            #expect(over.open == 0 && over.waiting == 0 && over.waitingBytes == 0)
            #expect(over.peakWaiting == 4 && over.unreadableEvents == 2)
            #expect(over.gaps == 0 && over.retries == 0 && over.renewals == 0)
        }
    }

    @Test func reconnectsAndGapsAreCounted() async throws {
        try await withTestNucleus(onMessage: answering()) { client, nucleus in
            try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce) { messages in
                var items = messages.withGaps.makeAsyncIterator()
                for round in 0..<3 {
                    try await onLoop(client.loop) { nucleus.connections[round].close() }
                    #expect(try await items.next()?.text == "gap")
                }
            }
            #expect(client.metrics.subscriptions["aws.greengrass#SubscribeToIoTCore"]?.gaps == 3)
            #expect(client.metrics.connection == .init(isConnected: true, opened: 4, lost: 3, failedAttempts: 0))
        }
    }

    @Test func everyEventOfTheLogHasTheKeysThatAreDocumented() async throws {
        let events = Lock<[LogEvent]>([])
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            answering()(peer, message)
            guard message.operation == "SubscribeToIoTCore" else { return }
            let id = message.streamID
            if peer.number == 1 {
                for _ in 0..<2 { peer.sendMessage(stream: id, "1") }
                peer.send(stream: id, shape: "BrandNewEvents", json: "{}")
                if id == 1 { peer.send(flags: 2, stream: id) }
            }
        }
        try await withTestNucleus(
            listens: false,
            configure: { $0.log = { event in events.withLock { $0.append(event) } } },
            onMessage: script
        ) { client, nucleus in
            await settle(client.loop)
            try await onLoop(client.loop) { try nucleus.listen() }
            var options = SubscriptionOptions()
            options.retry = Backoff(initial: .milliseconds(1), maximum: .milliseconds(1))
            options.bufferLimit = 1
            try? await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce, options: options) { _ in
                #expect(await nucleus.sees { !$0.connections[0].terminated.isEmpty })
            }
            options.bufferLimit = 100
            try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce, options: options) { messages in
                try await onLoop(client.loop) { nucleus.connections[0].close() }
                for try await item in messages.withGaps { if case .gap = item { break } }
            }
        }
        let documented: [LogEvent.Kind: [LogEvent.Key]] = [
            .connected: [.socket], .disconnected: [.error], .connectFailed: [.socket, .error, .attempt, .wait],
            .gap: [.operation], .subscriptionFailed: [.operation, .error], .eventDropped: [.operation],
            .slowConsumer: [.operation],
        ]
        let seen = events.withLock { $0 }
        for event in seen {
            #expect(event.metadata.map(\.key) == documented[event.kind]?.map(\.rawValue), "\(event.kind)")
        }
        #expect(Set(seen.map(\.kind)).isSuperset(of: [.connected, .disconnected, .connectFailed, .gap, .slowConsumer]))
    }
}
