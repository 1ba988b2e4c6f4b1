// SPDX-License-Identifier: Apache-2.0

import EventReactor
import EventStream
import Testing

@testable import GreengrassIPC

/// Operations by name and JSON.
@Suite(.timeLimit(.minutes(1)))
struct ByNameTests {
    @Test(
        arguments: [
            ("GetConfiguration", "aws.greengrass#GetConfiguration"),
            ("aws.greengrass#GetConfiguration", "aws.greengrass#GetConfiguration"),
            ("OperationOfTomorrow", "aws.greengrass#OperationOfTomorrow"),
            ("aws.greengrass.private#GetSystemConfig", "aws.greengrass.private#GetSystemConfig"),
        ]
    )
    func aCallHasTheFullNameAndTheJSON(_ name: String, _ fullName: String) async throws {
        let request: JSONValue = [
            "keyPath": ["a", "b"], "timestamp": 1_700_000_000.0, "exact": 9_007_199_254_740_993,
        ]
        let operation = String(fullName.split(separator: "#")[1])
        let answer = #"{"value":{"b":1.0},"exact":9007199254740993}"#
        try await withTestNucleus(onMessage: answering([operation: answer])) { client, nucleus in
            let response = try await client.call(operation: name, request: request)
            #expect(response == ["value": ["b": 1], "exact": 9_007_199_254_740_993])
            let sent = try await onLoop(client.loop) { nucleus.connections[0].requests[0] }
            #expect(sent.headers["operation"] == .string(fullName))
            #expect(sent.modelType == fullName + "Request")
            let text = #"{"exact":9007199254740993,"keyPath":["a","b"],"timestamp":1700000000.0}"#
            #expect(String(decoding: sent.payload, as: UTF8.self) == text)
        }
    }

    @Test func itSendsTheSameBytesAsATypedCall() async throws {
        try await withTestNucleus(onMessage: answering()) { client, nucleus in
            _ = try await client.getConfiguration(componentName: "C", keyPath: ["k"])
            _ = try await client.call(operation: "GetConfiguration", request: ["componentName": "C", "keyPath": ["k"]])
            let sent = try await onLoop(client.loop) { nucleus.connections[0].requests }
            #expect(sent.map(\.payload).map(Array.init) == [sent[0], sent[0]].map(\.payload).map(Array.init))
            #expect(sent[0].headers.map(\.name) == sent[1].headers.map(\.name))
            #expect(sent.map(\.modelType) == [sent[0].modelType, sent[0].modelType])
        }
    }

    @Test(
        arguments: [
            ("", [:], "name"), ("Get Configuration", [:], "name"), ("aws.greengrass#", [:], "name"),
            ("Größe", [:], "name"), (String(repeating: "x", count: 40_000), [:], "name"),
            ("GetConfiguration", [], "an array"), ("GetConfiguration", nil, "null"),
            ("GetConfiguration", "secret", "a string"), ("SubscribeToTopic", [:], "subscribe"),
        ] as [(String, JSONValue, String)]
    )
    func whatCannotBeSentIsSaid(_ name: String, _ request: JSONValue, _ word: String) async throws {
        try await withTestNucleus(onMessage: answering()) { client, nucleus in
            let error = await failure { try await client.call(operation: name, request: request) }
            #expect(error?.code == .invalidRequest)
            #expect(error?.message.contains(word) == true)
            #expect(error?.description.contains("secret") == false)
            _ = try await client.call(operation: "X")
            #expect(try await onLoop(client.loop) { nucleus.connections[0].requests.count } == 1)
        }
    }

    @Test func theServicesErrorIsThrownWithTheOperation() async throws {
        let refusing: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            guard message.operation != nil else { return peer.accept() }
            let json =
                #"{ "error": "Unsupported Operation", "message": "aws.greengrass#X is an unsupported operation." }"#
            peer.send(type: MessageType.applicationError, flags: 2, stream: message.streamID, json: json)
        }
        try await withTestNucleus(onMessage: refusing) { client, _ in
            let error = await failure { try await client.call(operation: "X") }
            #expect(error?.code == .unmodelledError)
            #expect(error?.operation == "aws.greengrass#X")
            #expect(error?.message.contains("unsupported operation") == true)
        }
    }

    @Test func itsTimeoutIsItsOwn() async throws {
        let silent: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            switch message.operation {
            case nil: peer.accept()
            case "First":
                peer.send(flags: 2, stream: message.streamID, shape: "FirstResponse", json: "{}")
            default: break
            }
        }
        try await withTestNucleus(onMessage: silent) { client, nucleus in
            // The time that connecting takes counts too: not here.
            _ = try await client.call(operation: "First")
            let error = await failure { try await client.call(operation: "X", timeout: .milliseconds(5)) }
            #expect(error?.code == .timeout)
            #expect(await nucleus.sees { $0.connections[0].terminated == [2] })
        }
    }

    /// Shapes of the response and of the events, in the order in which they come.
    @Test(
        arguments: [
            ["SubscribeToNewsResponse", "NewsEvents", "NewsEvents"],
            // An event may win against the response.
            ["NewsEvents", "SubscribeToNewsResponse", "OtherEvents"],
            [nil, "NewsEvents", nil],
            ["SubscribeToNewsV2Response", nil, "SubscriptionResponseMessage"],
        ] as [[String?]]
    )
    func eventsOfUnknownShapesCome(_ shapes: [String?]) async throws {
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            guard message.operation != nil else { return peer.accept() }
            for (index, shape) in shapes.enumerated() {
                peer.send(stream: message.streamID, shape: shape, json: #"{"news":{"number":\#(index)}}"#)
            }
            peer.send(flags: 2, stream: message.streamID, shape: "NewsEvents", json: #"{"news":{"number":3}}"#)
        }
        let response = shapes.firstIndex { shape in shape == nil || shape?.hasSuffix("Response") == true }
        let expected: [JSONValue] = (0...3).filter { $0 != response }.map { number in
            ["news": ["number": .integer(Int64(number))]]
        }
        try await withTestNucleus(onMessage: script) { client, _ in
            let events = try await client.subscribe(operation: "SubscribeToNews", request: ["topic": "t"]) { events in
                var iterator = events.makeAsyncIterator()
                var found: [JSONValue?] = []
                for _ in 0..<3 { found.append(try await iterator.next()) }
                return found
            }
            #expect(events == expected)
        }
    }

    @Test func aSubscriptionToWhatBringsNoEventsFails() async throws {
        try await withTestNucleus(onMessage: answering()) { client, _ in
            let error = await failure {
                try await client.subscribe(operation: "GetConfiguration") { _ in Issue.record("the body must not run") }
            }
            #expect(error?.operation == "aws.greengrass#GetConfiguration")
            #expect(error?.message.contains("no events") == true)
        }
    }
}
