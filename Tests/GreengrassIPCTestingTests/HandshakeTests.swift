// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

@Suite("Handshake", .timeLimit(.minutes(1)))
struct HandshakeTests {
    static let accepted = Hex.decode(
        "0000004700000037374cfe3f0d3a6d6573736167652d7479706504000000050e3a6d6573736167652d666c61677304000000010a3a"
            + "73747265616d2d69640400000000e237e27d"
    )
    static let refused = Hex.decode(
        "0000004700000037374cfe3f0d3a6d6573736167652d7479706504000000050e3a6d6573736167652d666c61677304000000000a3a"
            + "73747265616d2d696404000000006591293e"
    )

    @Test("An accepted token is acknowledged with the recorded bytes", arguments: Dialect.allCases)
    func accepts(dialect: Dialect) {
        var nucleus = NucleusMachine(dialect: dialect)
        nucleus.setComponent("a", token: Harness.token, configuration: [:])
        let connection = ConnectionID(number: 1)
        nucleus.connected(connection)
        let actions = nucleus.received(ClientFrame.connect(Harness.token).span, on: connection, now: .zero)
        #expect(actions == [.write(connection, Self.accepted ?? [])])
    }

    @Test(
        "Classic refuses with an acknowledgement without the flag, byte for byte",
        arguments: [
            ClientFrame.connect("AAAAAAAAAAAAAAAA"), ClientFrame.connect("x"), ClientFrame.connect(""),
            ClientFrame.connect(payload: "{}"), ClientFrame.connect(payload: "hello"),
            ClientFrame.connect(payload: ""), ClientFrame.connect(payload: "null"),
            ClientFrame.connect(payload: "[]"), ClientFrame.connect(payload: #"{"authToken":7}"#),
            ClientFrame.connect(Harness.token, version: "0.2.0"), ClientFrame.connect(Harness.token, version: nil),
            ClientFrame.connect(Harness.token, version: ""),
        ]
    )
    func classicRefuses(frame: [UInt8]) {
        var nucleus = NucleusMachine(dialect: .classic)
        nucleus.setComponent("a", token: Harness.token, configuration: [:])
        let connection = ConnectionID(number: 1)
        nucleus.connected(connection)
        let actions = nucleus.received(frame.span, on: connection, now: .zero)
        #expect(actions == [.write(connection, Self.refused ?? []), .close(connection)])
    }

    @Test(
        "Lite refuses without a byte",
        arguments: [
            ClientFrame.connect("AAAAAAAAAAAAAAAA"), ClientFrame.connect("x"), ClientFrame.connect(payload: "{}"),
            ClientFrame.connect(payload: "hello"), ClientFrame.connect(payload: #"{"authToken":null}"#),
            ClientFrame.connect(Harness.token, version: "0.2.0"),
            ClientFrame.connect(payload: #"{"authToken":"ABCDEFGHIJKLMNOP","componentName":"other"}"#),
            ClientFrame.connect(payload: #"{"componentName":"unknown"}"#), ClientFrame.connect("abcdefghijklmnop"),
            ClientFrame.call(1, "GetConfiguration"), ClientFrame.connect(Harness.token, stream: 1),
        ]
    )
    func liteRefuses(frame: [UInt8]) {
        var harness = Harness(.lite)
        let connection = harness.open()
        #expect(harness.send(frame, on: connection) == [.closed])
    }

    @Test("What each nucleus forgives")
    func forgiven() {
        var classic = Harness(.classic)
        let extra = [
            Header(name: ":MESSAGE-TYPE", value: .int32(4)), Header(name: ":MESSAGE-FLAGS", value: .int32(2)),
            Header(name: ":STREAM-ID", value: .int32(0)), Header(name: ":version", value: .string("0.1.0")),
            Header(name: "x", value: .bool(true)),
        ]
        for frame in [
            ClientFrame.connect(Harness.token.lowercased()),
            ClientFrame.connect(payload: #"{"authToken": "ABCDEFGHIJKLMNOP", "more": [1]}"#),
            ClientFrame.raw(extra, payload: #"{"authToken":"ABCDEFGHIJKLMNOP"}"#),
        ] {
            let connection = classic.open()
            #expect(classic.send(frame, on: connection).first?.flags == 1)
        }
        var lite = Harness(.lite)
        let connection = lite.open()
        #expect(lite.send(ClientFrame.connect(Harness.token, version: nil), on: connection).first?.flags == 1)
    }

    @Test("Lite gives a token to a component that tells its name")
    func componentName() {
        var lite = Harness(.lite)
        let connection = lite.open()
        let name = #"{"componentName":"com.example.Probe"}"#
        #expect(lite.send(ClientFrame.connect(payload: name), on: connection).first?.string("svcuid") == Harness.token)
        lite.nucleus.acceptsComponentNames = false
        #expect(lite.send(ClientFrame.connect(payload: name), on: lite.open()) == [.closed])
    }

    @Test(
        "Classic explains what came too early or in the wrong place, and closes",
        arguments: [
            (ClientFrame.call(1, "GetConfiguration"), "A CONNECT message must be received"),
            (ClientFrame.make(type: 2, payload: "x"), "A CONNECT message must be received"),
            (ClientFrame.connect(Harness.token, stream: 1), "non-zero stream-id field"),
            (ClientFrame.raw([]), "missing required fields"),
        ]
    )
    func classicExplains(frame: [UInt8], text: String) {
        var harness = Harness(.classic)
        let events = harness.send(frame, on: harness.open())
        #expect(events.count == 2 && events.last == .closed)
        #expect(events.first?.type == 6)
        #expect(events.first?.json?["message"]?.stringValue?.contains(text) == true)
        #expect(events.first?.headerNames == [":content-type", ":message-type", ":message-flags", ":stream-id"])
    }

    @Test("A second CONNECT ends the connection", arguments: Dialect.allCases)
    func secondConnect(dialect: Dialect) {
        var harness = Harness(dialect)
        let connection = harness.login()
        let events = harness.send(ClientFrame.connect(Harness.token), on: connection)
        #expect(events.map(\.type) == (dialect == .classic ? [6, nil] : [nil]))
        #expect(events.last == .closed)
    }

    @Test("A request in the same read as CONNECT is answered and found", arguments: Dialect.allCases)
    func pipelined(dialect: Dialect) {
        var harness = Harness(dialect)
        let connection = harness.open()
        let events = harness.send(
            ClientFrame.connect(Harness.token),
            ClientFrame.call(1, "GetConfiguration", #"{"keyPath":["x"]}"#),
            on: connection
        )
        #expect(events.map(\.type) == [5, 1])
        #expect(harness.nucleus.findings.map(\.rule) == [.messageBeforeAcknowledgement])
        _ = harness.send(ClientFrame.call(2, "GetConfiguration", #"{"keyPath":["x"]}"#), on: connection)
        #expect(harness.nucleus.findings.count == 1)
    }

    @Test("A message behind a refused CONNECT is found")
    func behindRefusal() {
        var harness = Harness(.classic)
        let connection = harness.open()
        let events = harness.send(
            ClientFrame.connect("AAAAAAAAAAAAAAAA"),
            ClientFrame.call(1, "GetConfiguration"),
            on: connection
        )
        #expect(events.map(\.flags) == [0, nil])
        #expect(harness.nucleus.findings.map(\.rule) == [.messageAfterRefusal])
        #expect(harness.nucleus.findings.first?.nucleus == .classic)
    }
}
