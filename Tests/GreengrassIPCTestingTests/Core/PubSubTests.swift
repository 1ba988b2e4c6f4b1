// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

@Suite("Local publish and subscribe", .timeLimit(.minutes(1)))
struct PubSubTests {
    private static let json = #""publishMessage":{"jsonMessage":{"message":{"b":1,"a":[2]}}}"#
    private static let bytes = #""publishMessage":{"binaryMessage":{"message":"aGk="}}"#

    static func subscribe(_ stream: Int32, _ topic: String, _ mode: String? = nil) -> [UInt8] {
        let mode = mode.map { #","receiveMode":"\#($0)""# } ?? ""
        return ClientFrame.call(stream, "SubscribeToTopic", #"{"topic":"\#(topic)"\#(mode)}"#)
    }

    static func publish(_ stream: Int32, _ topic: String, _ message: String = bytes) -> [UInt8] {
        ClientFrame.call(stream, "PublishToTopic", #"{"topic":"\#(topic)",\#(message)}"#)
    }

    @Test("Each nucleus's event, byte for byte: a number becomes a double with classic, lite sorts")
    func events() {
        for (dialect, message) in [
            (Dialect.classic, #"{"a":[2.0],"b":1.0}"#), (.lite, #"{"a":[2],"b":1}"#),
        ] {
            var harness = Harness(dialect)
            let (own, other) = (harness.login(), harness.login())
            #expect(harness.send(Self.subscribe(1, "t/+"), on: other).map(\.shape) == ["SubscribeToTopicResponse"])
            #expect(harness.send(Self.publish(1, "t/x", Self.json), on: own).first?.shape == "PublishToTopicResponse")
            // The two connections are of one component.
            let heard = harness.take(other)
            #expect(
                heard.map(\.payload)
                    == (dialect == .classic
                        ? [] : [#"{"jsonMessage":{"message":\#(message),"context":{"topic":"t/x"}}}"#])
            )
            harness.publishLocally("t/x", .json(["b": 1, "a": [2]]))
            #expect(
                harness.take(other).map(\.payload)
                    == [#"{"jsonMessage":{"message":\#(message),"context":{"topic":"t/x"}}}"#]
            )
        }
    }

    @Test(
        "Whether a component hears itself",
        arguments: [
            ("t/x", nil, true), ("t/+", nil, false), ("t/#", nil, false),
            ("t/x", "RECEIVE_ALL_MESSAGES", true), ("t/+", "RECEIVE_ALL_MESSAGES", true),
            ("t/x", "RECEIVE_MESSAGES_FROM_OTHERS", false), ("t/+", "RECEIVE_MESSAGES_FROM_OTHERS", false),
            ("t/x", "SOMETHING", true),
        ]
    )
    func loopBack(filter: String, mode: String?, hears: Bool) {
        for dialect in Dialect.allCases {
            var harness = Harness(dialect)
            let connection = harness.login()
            _ = harness.send(Self.subscribe(1, filter, mode), on: connection)
            let events = harness.send(Self.publish(2, "t/x"), on: connection)
            #expect(events.filter { $0.stream == 1 }.count == (hears || dialect == .lite ? 1 : 0))
            #expect(events.filter { $0.stream == 2 }.map(\.shape) == ["PublishToTopicResponse"])
        }
    }

    @Test("A closed stream hears nothing, nor does a closed connection's", arguments: Dialect.allCases)
    func closing(dialect: Dialect) {
        var harness = Harness(dialect)
        let (first, second) = (harness.login(), harness.login())
        for filter in ["t/x", "t/+"] {
            for connection in [first, second] {
                let stream: Int32 = filter == "t/x" ? 1 : 2
                _ = harness.send(Self.subscribe(stream, filter), on: connection)
            }
        }
        _ = harness.send(ClientFrame.terminate(1), on: first)
        harness.publishLocally("t/x", .binary([]))
        #expect(harness.take(first).map(\.stream) == [2])
        harness.disconnect(second)
        _ = harness.send(ClientFrame.terminate(2), on: first)
        #expect(harness.nucleus.localBroker.subscriptions.isEmpty)
    }

    @Test("What lite's bus cannot carry deafens its subscribers, and is found with either", arguments: Dialect.allCases)
    func tooComplex(dialect: Dialect) {
        var harness = Harness(dialect)
        let connection = harness.login()
        _ = harness.send(Self.subscribe(1, "t/x", "RECEIVE_ALL_MESSAGES"), on: connection)
        func message(_ members: Int) -> LocalMessage.Content {
            .json(.object(Dictionary(uniqueKeysWithValues: (0..<members).map { ("m\($0)", JSONValue.integer(1)) })))
        }
        harness.publishLocally("t/x", message(22))
        #expect(harness.take(connection).count == 1)
        #expect(harness.nucleus.findings.isEmpty)
        harness.publishLocally("t/x", message(23))
        #expect(harness.take(connection).count == (dialect == .classic ? 1 : 0))
        #expect(harness.nucleus.findings.map(\.rule) == [.messageTooComplex])
        harness.publishLocally("t/x", message(1))
        #expect(harness.take(connection).count == (dialect == .classic ? 1 : 0))
        _ = harness.send(Self.subscribe(2, "t/x"), on: connection)
        harness.publishLocally("t/x", message(1))
        #expect(harness.take(connection).map(\.stream).last == 2)
    }

    @Test("Lite looks at parameters before the policy, and takes any JSON")
    func liteRequests() {
        for (request, code) in [
            (#"{"topic":"t",\#(Self.json)}"#, nil), (#"{"topic":"t","publishMessage":{}}"#, "ServiceError"),
            (#"{"topic":"t","publishMessage":{"jsonMessage":{"message":[1,null]}}}"#, nil),
            (
                #"{"topic":"t","publishMessage":{"jsonMessage":{"message":1},"binaryMessage":{"message":""}}}"#,
                "ServiceError"
            ),
            (#"{"topic":"t","publishMessage":{"binaryMessage":{"message":"aGk"}}}"#, "ServiceError"),
            (#"{"topic":7,\#(Self.json)}"#, "ServiceError"), (#"{\#(Self.json)}"#, "ServiceError"),
        ] as [(String, String?)] {
            var harness = Harness(.lite)
            let connection = harness.login()
            let answer = harness.send(ClientFrame.call(1, "PublishToTopic", request), on: connection).first
            #expect(answer?.shape == code ?? "PublishToTopicResponse", "\(request)")
            #expect(harness.nucleus.localPublications.count == (code == nil ? 1 : 0))
        }
    }
}
