// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

@Suite("Findings", .timeLimit(.minutes(1)))
struct FindingTests {
    /// A client that breaks one rule; messages apart go in reads of their own.
    struct Offence: Sendable, CustomTestStringConvertible {
        var rule: Finding.Rule
        var nucleus: Dialect
        var frames: [[UInt8]]
        /// Whether it has logged in before.
        var isLoggedIn = true
        /// Whether it is gone then.
        var leaves = false
        /// How much it may leave unread.
        var unreadLimit: Int?
        /// Where it is found; lite has no streams that are over.
        var dialects = Dialect.allCases

        init(_ rule: Finding.Rule, _ nucleus: Dialect, _ frames: [UInt8]...) {
            self.rule = rule
            self.nucleus = nucleus
            self.frames = frames
        }

        func with(_ change: (inout Offence) -> Void) -> Offence {
            var offence = self
            change(&offence)
            return offence
        }

        var testDescription: String { rule.rawValue }
    }

    private static let get = ClientFrame.call(1, "GetConfiguration", #"{"keyPath":["x"]}"#)
    private static let members = (1...30).map { #""\#($0)":0"# }.joined(separator: ",")
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
        Offence(.messageBeforeAcknowledgement, .classic, ClientFrame.connect(Harness.token) + get)
            .with { $0.isLoggedIn = false },
        Offence(.messageBeforeAcknowledgement, .classic, get)
            .with {
                $0.isLoggedIn = false
                $0.dialects = [.classic]
            },
        Offence(.messageAfterRefusal, .classic, ClientFrame.connect("of-nobody-at-all") + get)
            .with { $0.isLoggedIn = false },
        Offence(.writeAfterTerminate, .classic, get, ClientFrame.make(type: 0, stream: 1, payload: "{}"))
            .with { $0.dialects = [.classic] },
        Offence(.writeAfterTerminate, .classic, get, ClientFrame.terminate(1, payload: "{}"))
            .with { $0.dialects = [.classic] },
        Offence(.lateTerminate, .classic, get, ClientFrame.terminate(1)).with { $0.dialects = [.classic] },
        Offence(
            .messageTooComplex,
            .lite,
            ClientFrame.call(
                1,
                "PublishToTopic",
                #"{"topic":"t","publishMessage":{"jsonMessage":{"message":{\#(members)}}}}"#
            )
        ),
        Offence(
            .unreadMessages,
            .lite,
            Array((1...30).map { ClientFrame.call($0, "GetConfiguration", #"{"keyPath":["x"]}"#) }.joined())
        )
        .with { $0.unreadLimit = 1500 },
        Offence(.partialMessage, .lite, Array(get.prefix(20))).with { $0.leaves = true },
        Offence(.lengthTooSmall, .classic, [0, 0, 0, 15, 0, 0, 0, 0, 0xE7, 0x72, 0x48, 0xB8, 0x45, 0xAB, 0x32]),
    ]

    @Test("Every rule has an offence", arguments: Finding.Rule.allCases)
    func completeness(_ rule: Finding.Rule) {
        #expect(Self.offences.contains { $0.rule == rule })
    }

    @Test("An offence is found in either dialect, with rule, nucleus, consequence and remedy", arguments: offences)
    func offence(_ offence: Offence) throws {
        for dialect in offence.dialects {
            var harness = Harness(dialect)
            if let limit = offence.unreadLimit { harness.nucleus.unreadLimit = limit }
            let connection = offence.isLoggedIn ? harness.login() : harness.open()
            for frame in offence.frames { _ = harness.send(frame, on: connection) }
            if offence.leaves { _ = harness.endOfFile(on: connection) }
            let finding = try #require(harness.nucleus.findings.first { $0.rule == offence.rule })
            #expect(finding.nucleus == offence.nucleus)
            #expect(!finding.consequence.isEmpty && !finding.remedy.isEmpty)
            for part in [offence.rule.rawValue, offence.nucleus.rawValue, finding.consequence, finding.remedy] {
                #expect(finding.description.contains(part))
            }
            #expect(!finding.description.contains(Harness.token))
            #expect(finding.component == (offence.isLoggedIn ? Harness.component : finding.component))
        }
    }

    @Test("A client on a socket that commits it is found out, and nobody else suffers", arguments: offences)
    func offenceOnSocket(_ offence: Offence) async throws {
        for dialect in offence.dialects {
            let component = SimulatedComponent(name: Harness.component, token: Harness.token)
            var setup = NucleusSimulator.Configuration(dialect: dialect, components: [component])
            setup.unsubackDelay = .seconds(600)
            if let limit = offence.unreadLimit { setup.unreadLimit = limit }
            try await NucleusSimulator.serving(setup) { nucleus in
                let bystander = try await WireClient.login(to: nucleus, as: Harness.component)
                let offender =
                    offence.isLoggedIn
                    ? try await WireClient.login(to: nucleus, as: Harness.component)
                    : try await WireClient.connect(to: nucleus)
                for frame in offence.frames { await offender.send(frame) }
                if offence.leaves {
                    await offender.flush()
                    await offender.close()
                }
                let isFound = try await nucleus.isMet("a finding", .seconds(40)) { nucleus in
                    nucleus.findings.contains { $0.rule == offence.rule && $0.nucleus == offence.nucleus }
                }
                #expect(isFound)
                let unmet = await #expect(throws: UnmetExpectation.self) { try await nucleus.expectNoFindings() }
                #expect(unmet?.description.contains("+ \(offence.rule) (\(offence.nucleus)): ") == true)
                #expect(await bystander.call(Self.get).stream == 1)
                await offender.close()
            }
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
}
