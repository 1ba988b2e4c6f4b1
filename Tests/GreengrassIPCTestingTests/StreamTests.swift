// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

@Suite("Streams", .timeLimit(.minutes(1)))
struct StreamTests {
    private let missing = #"{"keyPath":["x"]}"#

    @Test("Classic takes identifiers without a gap only", arguments: [[2], [1, 3], [1, 1], [9]])
    func classicIdentifiers(streams: [Int32]) {
        var harness = Harness(.classic)
        let connection = harness.login()
        var events: [Harness.Event] = []
        for stream in streams {
            events += harness.send(ClientFrame.call(stream, "GetConfiguration", missing), on: connection)
        }
        #expect(events.suffix(2).map(\.type) == [6, nil])
        #expect(events.dropLast().last?.payload.contains("monotonically incrementing") == true)
        let rule: Finding.Rule = streams == [1, 1] ? .writeAfterTerminate : .streamIdentifierGap
        #expect(harness.nucleus.findings.map(\.rule) == [rule])
    }

    @Test("Classic calls a negative identifier, or a type that has no stream, a protocol error")
    func classicTypes() {
        for frame in [
            ClientFrame.call(-1, "GetConfiguration"), ClientFrame.make(type: 2, stream: 1),
            ClientFrame.make(type: 8), ClientFrame.make(type: -1), ClientFrame.make(type: 0, payload: "{}"),
            ClientFrame.make(type: 1, payload: "{}"),
        ] {
            var harness = Harness(.classic)
            let connection = harness.login()
            #expect(harness.send(frame, on: connection).map(\.type) == [6, nil])
        }
    }

    @Test("Classic answers the server's own types with JSON that is none", arguments: [Int32(5), 6, 7])
    func serverTypes(type: Int32) {
        var harness = Harness(.classic)
        let connection = harness.login()
        let events = harness.send(ClientFrame.make(type: type, payload: "x"), on: connection)
        #expect(events.map(\.type) == [7, nil])
        #expect(
            events.first?.payload
                == #"{ "error": "Unrecognized Message Type" }"message": " message type value: \#(type) "#
                + #"is not recognized as a valid request path." }"#
        )
        #expect(harness.send(ClientFrame.make(type: 3), on: harness.login()) == [])
    }

    @Test("A first message without an operation")
    func withoutOperation() {
        let frames = [
            ClientFrame.make(type: 0, stream: 1, payload: "{}"),
            ClientFrame.make(type: 0, stream: 1, [Header(name: "operation", value: .int32(1))], payload: "{}"),
            ClientFrame.make(type: 0, stream: 1, [Header(name: "operation", value: .string(""))], payload: "{}"),
        ]
        for frame in frames {
            var classic = Harness(.classic)
            let connection = classic.login()
            let events = classic.send(frame, on: connection)
            #expect(events.map(\.type) == [6, nil])
            #expect(events.first?.payload.hasSuffix(#"operation header value."; }"#) == true)
        }
        var lite = Harness(.lite)
        let connection = lite.login()
        let events = lite.send(frames[0], on: connection)
        #expect(events.map(\.payload) == [#"{"_message":"","_errorCode":"ServiceError"}"#])
    }

    @Test("An activation with TERMINATE uses the identifier up and is not run")
    func terminatedActivation() {
        var harness = Harness(.classic)
        let connection = harness.login()
        #expect(harness.send(ClientFrame.call(1, "GetConfiguration", missing, flags: 2), on: connection) == [])
        #expect(harness.nucleus.calls.isEmpty)
        let odd = [
            ClientFrame.call(2, "GetConfiguration", missing, type: 1),
            ClientFrame.call(3, "GetConfiguration", missing, flags: 1),
            ClientFrame.call(4, "GetConfiguration", missing, flags: 64),
        ]
        for frame in odd {
            #expect(harness.send(frame, on: connection).map(\.shape) == ["ResourceNotFoundError"])
        }
    }

    @Test("After a stream's end classic ignores an empty TERMINATE and nothing else")
    func afterTheEnd() {
        var harness = Harness(.classic)
        let connection = harness.login()
        _ = harness.send(ClientFrame.call(1, "GetConfiguration", missing), on: connection)
        #expect(harness.send(ClientFrame.terminate(1), ClientFrame.terminate(1), on: connection) == [])
        #expect(harness.nucleus.findings.map(\.rule) == [.lateTerminate, .lateTerminate])
        #expect(harness.send(ClientFrame.terminate(1, payload: "{}"), on: connection).map(\.type) == [6, nil])
        #expect(harness.nucleus.findings.last?.rule == .writeAfterTerminate)
    }

    @Test("A further message on classic's open subscription ends it, the connection lives")
    func furtherMessage() {
        for further in [
            ClientFrame.subscribe(1, "a/b"), ClientFrame.make(type: 0, stream: 1, payload: "{}"),
            ClientFrame.terminate(1, payload: "{}"), ClientFrame.make(type: 1, flags: 2, stream: 1),
        ] {
            var harness = Harness(.classic)
            let connection = harness.login()
            _ = harness.send(ClientFrame.subscribe(1, "a/b"), on: connection)
            let events = harness.send(further, on: connection)
            #expect(events.map(\.payload) == ["InternalServerError"])
            #expect(events.first?.string(":content-type") == "text/plain")
            #expect(events.first?.flags == 2)
            harness.publish("a/b")
            #expect(harness.take(connection) == [])
            #expect(harness.send(ClientFrame.call(2, "GetConfiguration", missing), on: connection).count == 1)
        }
    }

    @Test("Lite takes any identifier, even twice, and a TERMINATE ends one of the two")
    func liteIdentifiers() {
        var harness = Harness(.lite)
        let connection = harness.login()
        for stream: Int32 in [7, 1, 1, -4] {
            let events = harness.send(ClientFrame.subscribe(stream, "a/b"), on: connection)
            #expect(events.map(\.shape) == ["SubscribeToIoTCoreResponse"])
        }
        #expect(harness.send(ClientFrame.terminate(1), ClientFrame.terminate(99), on: connection) == [])
        harness.publish("a/b")
        #expect(harness.take(connection).map(\.stream) == [7, 1, -4])
        #expect(harness.nucleus.findings.allSatisfy { $0.rule == .streamIdentifierGap && $0.nucleus == .classic })
        #expect(!harness.nucleus.findings.isEmpty)
    }

    @Test("PING: a bare one would kill classic; any kills a connection with lite")
    func ping() {
        var harness = Harness(.classic)
        var connection = harness.login()
        let further = [
            Header(name: "x-custom", value: .string("y")), Header(name: ":content-type", value: .string("text/plain")),
        ]
        let answer = harness.send(ClientFrame.make(type: 2, further, payload: "payload"), on: connection)
        #expect(answer.map(\.type) == [3] && answer.first?.payload == "payload")
        #expect(answer.first?.headerNames == ["x-custom", ":message-type", ":message-flags", ":stream-id"])
        #expect(harness.nucleus.findings.map(\.rule) == [.messageOnStreamZero])
        #expect(harness.send(ClientFrame.make(type: 2), on: connection) == [.closed])
        #expect(harness.nucleus.findings.last?.rule == .barePing)

        var lite = Harness(.lite)
        connection = lite.login()
        #expect(lite.send(ClientFrame.make(type: 2, payload: "{}"), on: connection) == [.closed])
        #expect(lite.nucleus.findings.map(\.rule) == [.barePing])
    }

    @Test("A one-shot reply carries TERMINATE on classic only; headers come in each nucleus's order")
    func oneShot() {
        for dialect in Dialect.allCases {
            var harness = Harness(dialect, configuration: ["a": 1])
            let connection = harness.login()
            let reply = harness.send(ClientFrame.call(1, "GetConfiguration"), on: connection).first
            #expect(reply?.flags == (dialect == .classic ? 2 : 0))
            let fixed = [":message-type", ":message-flags", ":stream-id"]
            let named = [":content-type", "service-model-type"]
            #expect(reply?.headerNames == (dialect == .classic ? named + fixed : fixed + named))
        }
    }
}
