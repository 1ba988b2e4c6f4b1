// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import GreengrassIPC

/// Very many streams on one connection: none gets another's answer, and nothing is lost.
@Suite(.timeLimit(.minutes(1)))
struct ManyStreamsTests {
    /// Benchmarks/ipc has five times as many; here the sanitizers must get through.
    @Test func twoThousandCallsAndTwoHundredSubscriptionsAtOnce() async throws {
        let (callCount, subscriptionCount, rounds) = (2000, 200, 3)
        let echo: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            guard message.operation == "GetConfiguration" else { return answering()(peer, message) }
            let name = message.json?["componentName"]?.stringValue ?? ""
            let json = #"{"componentName":"\#(name)"}"#
            peer.send(flags: 2, stream: message.streamID, shape: "GetConfigurationResponse", json: json)
        }
        try await withTestNucleus(onMessage: echo) { client, nucleus in
            let right = Lock((calls: 0, events: 0))
            try await withThrowingDiscardingTaskGroup { group in
                for number in 0..<subscriptionCount {
                    group.addTask(executorPreference: number % 2 == 0 ? client.loop : nil) {
                        try await client.subscribeToTopic(topic: "\(number)") { messages in
                            var iterator = messages.makeAsyncIterator()
                            for round in 0..<rounds {
                                let text = try await iterator.next()?.text
                                if text == "\(number) \(round)" { right.withLock { $0.events += 1 } }
                            }
                        }
                    }
                }
                #expect(await nucleus.sees { $0.connections.first?.requests.count == subscriptionCount })
                for number in 0..<callCount {
                    group.addTask(executorPreference: number % 2 == 0 ? client.loop : nil) {
                        let response = try await client.getConfiguration(componentName: "\(number)")
                        if response.componentName == "\(number)" { right.withLock { $0.calls += 1 } }
                    }
                }
                for round in 0..<rounds {
                    try await onLoop(client.loop) {
                        let peer = nucleus.connections[0]
                        for request in peer.requests where request.operation == "SubscribeToTopic" {
                            let topic = request.json?["topic"]?.stringValue ?? ""
                            let bytes = Array("\(topic) \(round)".utf8)
                            let event = SubscriptionResponseMessage.binaryMessage(BinaryMessage(message: bytes))
                            let json = (try? event.jsonText()) ?? ""
                            peer.send(stream: request.streamID, shape: "SubscriptionResponseMessage", json: json)
                        }
                    }
                }
            }
            #expect(right.withLock { $0.calls } == callCount)
            #expect(right.withLock { $0.events } == subscriptionCount * rounds)
            let ids = try await onLoop(client.loop) { nucleus.connections[0].requests.map(\.streamID) }
            #expect(ids == Array(1...Int32(callCount + subscriptionCount)))
            let metrics = client.metrics
            #expect(metrics.calls["aws.greengrass#GetConfiguration"]?.succeeded == callCount)
            #expect(metrics.subscriptions["aws.greengrass#SubscribeToTopic"]?.events == subscriptionCount * rounds)
            #expect(metrics.subscriptions["aws.greengrass#SubscribeToTopic"]?.open == 0)
            #expect(metrics.connection.opened == 1)
        }
    }
}
