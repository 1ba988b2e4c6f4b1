// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

@Suite("Broker", .timeLimit(.minutes(1)))
struct BrokerTests {
    @Test(
        "Filters and topics",
        arguments: [
            ("a/b", "a/b", true), ("a/b", "a/c", false), ("a/+", "a/b", true), ("a/+", "a/b/c", false),
            ("a/#", "a/b/c", true), ("a/#", "a", true), ("#", "a/b", true), ("+/b", "a/b", true),
            ("#", "$aws/x", false), ("+/x", "$aws/x", false), ("$aws/#", "$aws/x", true), ("a/+", "a/", true),
            ("a/+", "a", false), ("+", "a", true), ("a", "a/b", false),
        ]
    )
    func matching(filter: String, topic: String, matches: Bool) {
        #expect(TopicFilter.matches(filter, topic: topic) == matches)
    }

    @Test("Filters that no broker takes", arguments: ["a/#/b", "a+", "#a", "", "a/b#"])
    func invalid(filter: String) {
        #expect(!TopicFilter.isValid(filter))
        #expect(TopicRules.subscribeObjection(to: filter, on: .classic)?.hasPrefix("Subscribe to topic") == true)
        #expect(TopicRules.subscribeObjection(to: filter, on: .lite) == "Failed to bind the subscription.")
    }

    @Test("IoT Core's limits")
    func limits() {
        let long = String(repeating: "t", count: 257)
        #expect(TopicRules.subscribeObjection(to: "a/b/c/d/e/f/g/h", on: .classic) == nil)
        #expect(TopicRules.subscribeObjection(to: "a/b/c/d/e/f/g/h/i", on: .classic)?.contains("7 forward") == true)
        #expect(TopicRules.subscribeObjection(to: "$share/g/a/b/c/d/e/f/g/h", on: .classic) == nil)
        #expect(TopicRules.publishObjection(to: "$aws/rules/r/a/b/c/d/e/f/g/h", payloadBytes: 0, on: .classic) == nil)
        #expect(TopicRules.subscribeObjection(to: long, on: .classic)?.contains("256 bytes") == true)
        #expect(TopicRules.subscribeObjection(to: String(long.dropLast()), on: .classic) == nil)
        #expect(TopicRules.publishObjection(to: "a", payloadBytes: 131_073, on: .classic)?.contains("131072") == true)
    }

    @Test("Each nucleus's event, byte for byte")
    func events() {
        for (dialect, payload) in [
            (
                Dialect.classic,
                #"{"message":{"topicName":"a/b","payload":"aGVsbG8\u003d","retain":false,"payloadFormat":"0"}}"#
            ), (.lite, #"{"message":{"topicName":"a/b","payload":"aGVsbG8="}}"#),
        ] {
            var harness = Harness(dialect)
            let connection = harness.login()
            _ = harness.send(ClientFrame.subscribe(1, "a/+"), on: connection)
            harness.publish("a/b")
            #expect(harness.take(connection).map(\.payload) == [payload])
        }
    }

    @Test("A component's publish comes back to its own subscription, after the response", arguments: Dialect.allCases)
    func loopBack(dialect: Dialect) {
        var harness = Harness(dialect)
        let connection = harness.login()
        _ = harness.send(ClientFrame.subscribe(1, "a/b"), on: connection)
        let request = #"{"topicName":"a/b","qos":"1","payload":"aGVsbG8=","retain":true,"responseTopic":"a/r"}"#
        let events = harness.send(ClientFrame.call(2, "PublishToIoTCore", request), on: connection)
        #expect(events.map(\.shape) == ["PublishToIoTCoreResponse", "IoTCoreMessage"])
        #expect(harness.nucleus.publications.map(\.payload) == [Array("hello".utf8)])
        #expect(harness.nucleus.publications.first?.retain == (dialect == .classic))
        if dialect == .classic { #expect(events.last?.json?["message"]?["responseTopic"] == "a/r") }
    }

    @Test("Each stream on a filter hears, and a close ends one", arguments: Dialect.allCases)
    func sharing(dialect: Dialect) {
        var harness = Harness(dialect)
        let connection = harness.login()
        _ = harness.send(ClientFrame.subscribe(1, "a"), ClientFrame.subscribe(2, "a"), on: connection)
        harness.publish("a")
        #expect(harness.take(connection).map(\.stream) == [1, 2])
        #expect(harness.send(ClientFrame.terminate(1), on: connection) == [])
        harness.publish("a")
        #expect(harness.take(connection).map(\.stream) == [2])
    }

    @Test("Classic: subscribed again before the UNSUBACK is deaf, until a second stream cures both")
    func deafAndCured() {
        var harness = Harness(.classic)
        let connection = harness.login()
        _ = harness.send(ClientFrame.subscribe(1, "a"), ClientFrame.terminate(1), on: connection)
        harness.advance(.milliseconds(99))
        let answer = harness.send(ClientFrame.subscribe(2, "a"), on: connection)
        #expect(answer.map(\.shape) == ["SubscribeToIoTCoreResponse"])
        #expect(harness.nucleus.findings.map(\.rule) == [.subscribeBeforeUnsuback])
        harness.publish("a")
        harness.advance(.seconds(3600))
        harness.publish("a")
        #expect(harness.take(connection) == [])
        _ = harness.send(ClientFrame.subscribe(3, "a"), on: connection)
        harness.publish("a")
        #expect(harness.take(connection).map(\.stream) == [2, 3])
        _ = harness.send(ClientFrame.terminate(2), on: connection)
        harness.publish("a")
        #expect(harness.take(connection).map(\.stream) == [3])
    }

    @Test("Classic: a second stream within the window does not cure")
    func secondWithinTheWindow() {
        var harness = Harness(.classic)
        let first = harness.login()
        _ = harness.send(ClientFrame.subscribe(1, "a"), on: first)
        harness.disconnect(first)
        let second = harness.login()
        _ = harness.send(ClientFrame.subscribe(1, "a"), ClientFrame.subscribe(2, "a"), on: second)
        harness.advance(.seconds(1))
        harness.publish("a")
        #expect(harness.take(second) == [])
    }

    @Test("After the window, or while another stream holds the filter, nothing is deaf")
    func notDeaf() {
        var harness = Harness(.classic)
        let connection = harness.login()
        _ = harness.send(ClientFrame.subscribe(1, "a"), ClientFrame.terminate(1), on: connection)
        harness.advance(.milliseconds(100))
        _ = harness.send(
            ClientFrame.subscribe(2, "a"),
            ClientFrame.subscribe(3, "a"),
            ClientFrame.terminate(2),
            ClientFrame.subscribe(4, "a"),
            on: connection
        )
        harness.publish("a")
        #expect(harness.take(connection).map(\.stream) == [3, 4])
        #expect(harness.nucleus.findings.isEmpty)
    }

    @Test("Lite subscribes anew each time, and what classic would punish is found")
    func liteIsNeverDeaf() {
        var harness = Harness(.lite)
        let connection = harness.login()
        _ = harness.send(ClientFrame.subscribe(1, "a"), ClientFrame.terminate(1), on: connection)
        _ = harness.send(ClientFrame.subscribe(2, "a"), on: connection)
        harness.publish("a")
        #expect(harness.take(connection).map(\.stream) == [2])
        #expect(harness.nucleus.findings.map(\.rule) == [.subscribeBeforeUnsuback])
    }

    @Test("Overlapping filters: an exact one first brings two copies, a wildcard first one")
    func overlapping() {
        for (filters, copies) in [(["a/b", "a/+"], 2), (["a/+", "a/b"], 1)] {
            var harness = Harness(.classic)
            let connection = harness.login()
            for (index, filter) in filters.enumerated() {
                _ = harness.send(ClientFrame.subscribe(Int32(index + 1), filter), on: connection)
            }
            harness.publish("a/b")
            #expect(harness.take(connection).count == 2 * copies)
        }
    }

    @Test("A filter that relied on a wider one is subscribed when that goes")
    func uncovered() {
        var harness = Harness(.classic)
        let connection = harness.login()
        _ = harness.send(ClientFrame.subscribe(1, "a/+"), ClientFrame.subscribe(2, "a/b"), on: connection)
        _ = harness.send(ClientFrame.terminate(1), on: connection)
        harness.publish("a/b")
        #expect(harness.take(connection).map(\.stream) == [2])
    }

    @Test("Retained messages: after a fresh subscribe; on lite after each, to all streams")
    func retained() {
        for (dialect, second) in [(Dialect.classic, [Int32]()), (.lite, [1, 2])] {
            var harness = Harness(dialect)
            let connection = harness.login()
            harness.publish("a", retain: true)
            let first = harness.send(ClientFrame.subscribe(1, "a"), on: connection)
            #expect(first.map(\.shape) == ["SubscribeToIoTCoreResponse", "IoTCoreMessage"])
            #expect(harness.send(ClientFrame.subscribe(2, "a"), on: connection).dropFirst().map(\.stream) == second)
        }
    }

    @Test("Classic that was never connected leaves a subscribe unanswered and spools QoS 1")
    func neverConnected() {
        var harness = Harness(.classic)
        let connection = harness.login()
        harness.setBrokerState(.neverConnected)
        let silent = harness.send(ClientFrame.subscribe(1, "a"), ClientFrame.subscribe(2, "b"), on: connection)
        #expect(silent == [])
        let dropped = #"{"topicName":"a","qos":"0","payload":""}"#
        let spooled = #"{"topicName":"a","qos":"1","payload":""}"#
        #expect(
            harness.send(ClientFrame.call(3, "PublishToIoTCore", dropped), on: connection).first?.json?["message"]
                == "Publish to topic a failed: Device is offline. Dropping QoS 0 message."
        )
        let accepted = harness.send(ClientFrame.call(4, "PublishToIoTCore", spooled), on: connection)
        #expect(accepted.map(\.shape) == ["PublishToIoTCoreResponse"])
        _ = harness.send(ClientFrame.terminate(2), on: connection)
        harness.setBrokerState(.connected)
        #expect(harness.take(connection).map(\.shape) == ["SubscribeToIoTCoreResponse", "IoTCoreMessage"])
    }

    @Test("Classic that lost its connection refuses new filters and takes old ones")
    func lost() {
        var harness = Harness(.classic)
        let connection = harness.login()
        _ = harness.send(ClientFrame.subscribe(1, "a"), on: connection)
        harness.setBrokerState(.lost)
        let events = harness.send(ClientFrame.subscribe(2, "a"), ClientFrame.subscribe(3, "b"), on: connection)
        #expect(events.map(\.shape) == ["SubscribeToIoTCoreResponse", "ServiceError"])
        #expect(events.last?.payload.contains("OFFLINE_QUEUE_POLICY") == true)
        harness.publish("a")
        #expect(harness.take(connection) == [])
        harness.setBrokerState(.connected)
        harness.publish("a")
        #expect(harness.take(connection).map(\.stream) == [1, 2])
    }

    @Test("What waited is sent before a broker that forgot the filters is told of them", arguments: [true, false])
    func session(isKept: Bool) {
        var harness = Harness(.classic)
        let connection = harness.login()
        _ = harness.send(ClientFrame.subscribe(1, "a"), on: connection)
        harness.setBrokerState(.lost)
        let publish = ClientFrame.call(2, "PublishToIoTCore", #"{"topicName":"a","qos":"1","payload":""}"#)
        #expect(harness.send(publish, on: connection).map(\.shape) == ["PublishToIoTCoreResponse"])
        harness.setBrokerState(.connected, keepsSession: isKept)
        #expect(harness.take(connection).map(\.stream) == (isKept ? [1] : []))
        #expect(harness.nucleus.publications.count == 1)
        harness.publish("a")
        #expect(harness.take(connection).map(\.stream) == [1])
    }

    @Test("Lite without a broker refuses both", arguments: [BrokerState.lost, .neverConnected])
    func liteOffline(state: BrokerState) {
        var harness = Harness(.lite)
        let connection = harness.login()
        harness.setBrokerState(state)
        let publish = ClientFrame.call(2, "PublishToIoTCore", #"{"topicName":"a","qos":"1","payload":""}"#)
        let events = harness.send(ClientFrame.subscribe(1, "a"), publish, on: connection)
        #expect(
            events.map { $0.json?["_message"] } == [
                "Failed to bind the subscription.", "Failed to publish the message.",
            ]
        )
    }

    @Test("Streams that were cut off stay deaf, new ones hear")
    func cut() {
        var harness = Harness(.lite)
        let connection = harness.login()
        _ = harness.send(ClientFrame.subscribe(1, "a"), on: connection)
        harness.nucleus.broker.cutPresentStreams(onFilter: nil)
        harness.publish("a")
        #expect(harness.take(connection) == [])
        _ = harness.send(ClientFrame.subscribe(2, "a"), on: connection)
        harness.publish("a")
        #expect(harness.take(connection).map(\.stream) == [2])
    }
}
