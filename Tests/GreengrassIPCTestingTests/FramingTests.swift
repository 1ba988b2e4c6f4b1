// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

@Suite("Framing", .timeLimit(.minutes(1)))
struct FramingTests {
    private static let good = ClientFrame.call(1, "GetConfiguration", #"{"keyPath":["x"]}"#)

    private static func flipped(_ position: Int) -> [UInt8] {
        var frame = good
        frame[position < 0 ? frame.count + position : position] ^= 1
        return frame
    }

    @Test("A wrong bit ends the connection without a frame", arguments: Dialect.allCases, [0, 8, 20, -10, -1])
    func bitFlips(dialect: Dialect, position: Int) {
        var harness = Harness(dialect)
        let connection = harness.login()
        #expect(harness.send(Self.flipped(position), on: connection).suffix(1) == [.closed])
        #expect(harness.send(Self.good, on: connection) == [])
    }

    @Test("Bytes one at a time are the same message", arguments: Dialect.allCases)
    func byteByByte(dialect: Dialect) {
        var harness = Harness(dialect)
        let connection = harness.login()
        var events: [Harness.Event] = []
        for byte in Self.good { events += harness.send([byte], on: connection) }
        #expect(events.map(\.shape) == ["ResourceNotFoundError"])
    }

    @Test("Fifty requests in one read are answered in order, in one write", arguments: Dialect.allCases)
    func fifty(dialect: Dialect) {
        var harness = Harness(dialect)
        let connection = harness.login()
        let frames = (1...50).flatMap { ClientFrame.call($0, "GetConfiguration", #"{"keyPath":["x"]}"#) }
        #expect(harness.send(frames, on: connection).map(\.stream) == Array(1...50))
        let again = (51...60).flatMap { ClientFrame.call($0, "GetConfiguration", #"{"keyPath":["x"]}"#) }
        let actions = harness.nucleus.received(again.span, on: ConnectionID(number: connection), now: .zero)
        #expect(actions.count == 1)
    }

    @Test(
        "A message over 10 000 bytes closes a connection with lite, and is found on both",
        arguments: Dialect.allCases
    )
    func large(dialect: Dialect) {
        var harness = Harness(dialect)
        let connection = harness.login()
        let payload = #"{"keyPath":["x"],"more":"\#(String(repeating: "y", count: 20_000))"}"#
        let events = harness.send(ClientFrame.call(1, "GetConfiguration", payload), on: connection)
        #expect(events.map(\.shape) == (dialect == .lite ? [nil] : ["ResourceNotFoundError"]))
        #expect(harness.nucleus.findings.map(\.rule) == [.messageTooLarge])
    }

    @Test("The largest message that lite takes has 10 012 bytes", arguments: [10_012, 10_013])
    func limit(size: Int) {
        var harness = Harness(.lite)
        let connection = harness.login()
        let overhead = ClientFrame.call(1, "GetConfiguration", #"{"x":""}"#).count
        let payload = #"{"x":"\#(String(repeating: "y", count: size - overhead))"}"#
        let frame = ClientFrame.call(1, "GetConfiguration", payload)
        #expect(frame.count == size)
        #expect((harness.send(frame, on: connection) == [.closed]) == (size > 10_012))
    }

    @Test("Lite reads header types 4 and 7 only", arguments: Dialect.allCases)
    func headerTypes(dialect: Dialect) {
        var harness = Harness(dialect)
        let connection = harness.login()
        let more = [
            Header(name: "operation", value: .string("aws.greengrass#GetConfiguration")),
            Header(name: "flag", value: .bool(true)),
        ]
        let events = harness.send(
            ClientFrame.make(type: 0, stream: 1, more, payload: #"{"keyPath":["x"]}"#),
            on: connection
        )
        #expect((events == [.closed]) == (dialect == .lite))
        #expect(harness.nucleus.findings.map(\.rule) == [.headerType])
        #expect(harness.nucleus.findings.map(\.nucleus) == [.lite])
    }

    @Test("A header type that does not exist, a length that cannot be, a long name")
    func lethal() {
        var harness = Harness(.classic)
        let name = Header(name: String(repeating: "n", count: 128), value: .string(""))
        let named = [Header(name: "operation", value: .string("aws.greengrass#GetConfiguration")), name]
        var connection = harness.login()
        #expect(harness.send(ClientFrame.make(type: 0, stream: 1, named, payload: "{}"), on: connection) == [])
        #expect(harness.nucleus.findings.last?.rule == .longHeaderName)

        // A prelude whose checksum is right and whose length is 0.
        let empty: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0x65, 0x22, 0xdf, 0x69]
        connection = harness.login()
        #expect(harness.send(empty, on: connection) == [.closed])
        #expect(harness.nucleus.findings.last?.rule == .lengthTooSmall)
    }

    @Test("A connection that ends within a message is found", arguments: Dialect.allCases)
    func partial(dialect: Dialect) {
        var harness = Harness(dialect)
        let connection = harness.login()
        #expect(harness.send(Array(Self.good.prefix(30)), on: connection) == [])
        #expect(harness.endOfFile(on: connection) == [.closed])
        #expect(harness.nucleus.findings.map(\.rule) == [.partialMessage])
        let clean = harness.login()
        #expect(harness.endOfFile(on: clean) == [.closed])
        #expect(harness.nucleus.findings.count == 1)
    }

    @Test("A response too large for lite is an error without text, an event too large is dropped")
    func outbound() {
        let long = JSONValue.string(String(repeating: "y", count: 11_000))
        var harness = Harness(.lite, configuration: ["long": long])
        let connection = harness.login()
        let events = harness.send(ClientFrame.call(1, "GetConfiguration"), on: connection)
        #expect(events.map(\.payload) == [#"{"_message":"","_errorCode":"ServiceError"}"#])
        _ = harness.send(ClientFrame.subscribe(2, "a"), on: connection)
        harness.publish("a", String(repeating: "y", count: 8_000))
        #expect(harness.take(connection) == [])
        harness.publish("a", String(repeating: "y", count: 7_000))
        #expect(harness.take(connection).count == 1)
    }
}
