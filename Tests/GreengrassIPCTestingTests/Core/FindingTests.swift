// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

@Suite("Findings", .timeLimit(.minutes(1)))
struct FindingTests {
    /// A client that breaks one rule after it has logged in; messages apart go in reads of their own.
    struct Offence: Sendable, CustomTestStringConvertible {
        var rule: Finding.Rule
        var nucleus: Dialect
        var frames: [[UInt8]]

        init(_ rule: Finding.Rule, _ nucleus: Dialect, _ frames: [UInt8]...) {
            self.rule = rule
            self.nucleus = nucleus
            self.frames = frames
        }

        var testDescription: String { rule.rawValue }
    }

    private static let get = ClientFrame.call(1, "GetConfiguration", #"{"keyPath":["x"]}"#)
    private static let long = String(repeating: "n", count: 128)

    static let offences: [Offence] = [
        Offence(.barePing, .classic, ClientFrame.make(type: 2)),
        Offence(.messageOnStreamZero, .lite, ClientFrame.make(type: 2, [Header(name: "x", value: .string("y"))])),
        Offence(.streamIdentifierGap, .classic, ClientFrame.call(2, "GetConfiguration")),
        Offence(
            .subscribeBeforeUnsuback,
            .classic,
            ClientFrame.subscribe(1, "a"),
            ClientFrame.terminate(1),
            ClientFrame.subscribe(2, "a")
        ),
        Offence(.nullMember, .lite, ClientFrame.call(1, "GetConfiguration", #"{"keyPath":null}"#)),
        Offence(
            .integerTimestamp,
            .lite,
            ClientFrame.call(1, "UpdateConfiguration", #"{"timestamp":1,"valueToMerge":{}}"#)
        ),
        Offence(
            .messageTooLarge,
            .lite,
            ClientFrame.call(1, "GetConfiguration", #"{"x":"\#(String(repeating: "x", count: 10_000))"}"#)
        ),
        Offence(
            .headerType,
            .lite,
            ClientFrame.make(
                type: 0,
                stream: 1,
                [
                    Header(name: "x", value: .bool(true)),
                    Header(name: "operation", value: .string("aws.greengrass#GetConfiguration")),
                ],
                payload: "{}"
            )
        ),
        Offence(
            .longHeaderName,
            .classic,
            ClientFrame.make(
                type: 0,
                stream: 1,
                [
                    Header(name: long, value: .string("")),
                    Header(name: "operation", value: .string("aws.greengrass#GetConfiguration")),
                ],
                payload: "{}"
            )
        ),
        Offence(.lengthTooSmall, .classic, [0, 0, 0, 15, 0, 0, 0, 0, 0xE7, 0x72, 0x48, 0xB8, 0x45, 0xAB, 0x32]),
    ]

    @Test("An offence is found in either dialect, with nucleus, consequence and remedy", arguments: offences)
    func offence(_ offence: Offence) throws {
        for dialect in Dialect.allCases {
            var harness = Harness(dialect)
            let connection = harness.login()
            for frame in offence.frames { _ = harness.send(frame, on: connection) }
            let finding = try #require(harness.nucleus.findings.first { $0.rule == offence.rule })
            #expect(finding.nucleus == offence.nucleus)
            #expect(!finding.consequence.isEmpty && !finding.remedy.isEmpty)
            #expect(finding.description.contains(finding.remedy))
        }
    }

    @Test("A client that does nothing of the kind has none", arguments: Dialect.allCases)
    func innocence(dialect: Dialect) {
        var harness = Harness(dialect)
        let connection = harness.login()
        _ = harness.send(
            ClientFrame.subscribe(1, "a"),
            Self.get.isEmpty ? [] : ClientFrame.call(2, "GetConfiguration"),
            on: connection
        )
        harness.publish("a")
        let update = #"{"keyPath":["a"],"timestamp":1800000000.5,"valueToMerge":{"x":null}}"#
        _ = harness.send(ClientFrame.call(3, "UpdateConfiguration", update), on: connection)
        _ = harness.send(ClientFrame.terminate(1), on: connection)
        _ = harness.endOfFile(on: connection)
        #expect(harness.nucleus.findings.isEmpty)
    }

    @Test("Half a message and a pause: found after a second; lite ends the connection after five")
    func stalling() {
        for dialect in Dialect.allCases {
            var harness = Harness(dialect)
            let connection = harness.login()
            _ = harness.send(Array(Self.get.prefix(20)), on: connection)
            harness.advance(.milliseconds(999))
            #expect(harness.nucleus.findings.isEmpty)
            #expect(harness.nucleus.nextDeadline == .seconds(1))
            harness.advance(.milliseconds(1))
            #expect(harness.nucleus.findings.map(\.rule) == [.partialMessage])
            harness.advance(.seconds(4))
            #expect(harness.take(connection) == (dialect == .lite ? [.closed] : []))
            let rest = harness.send(Array(Self.get.dropFirst(20)), on: connection)
            #expect(rest.count == (dialect == .lite ? 0 : 1))
            #expect(harness.nucleus.nextDeadline == nil)
            _ = harness.endOfFile(on: connection)
            #expect(harness.nucleus.findings.count == 1)
        }
    }

    @Test("Pieces that come in time are no offence")
    func pieces() {
        var harness = Harness(.lite)
        let connection = harness.login()
        for byte in Self.get {
            _ = harness.send([byte], on: connection)
            harness.advance(.milliseconds(5))
        }
        harness.advance(.seconds(10))
        #expect(harness.nucleus.findings.isEmpty)
    }

    @Test("Every rule has a remedy")
    func remedies() {
        let rules: [Finding.Rule] = [
            .messageBeforeAcknowledgement, .messageAfterRefusal, .writeAfterTerminate, .lateTerminate,
            .messageTooComplex, .partialMessage,
        ]
        for rule in rules { #expect(!Finding(rule, on: .lite, "x").remedy.isEmpty) }
    }
}
