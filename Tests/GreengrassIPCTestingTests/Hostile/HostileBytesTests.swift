// SPDX-License-Identifier: Apache-2.0

import EventReactor
import EventStream
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

/// Whatever one client sends, the other gets its answers and events, and no finding is laid at its door.
///
/// One after another: none of them gives way, and under a sanitizer they would hold every thread of the pool for long.
@Suite("Hostile bytes", .serialized, .timeLimit(.minutes(1)))
struct HostileBytesTests {
    private static let sessions: [Dialect: String] = [
        .classic: "classic-js-notify", .lite: "lite-python-notify",
    ]

    private static func session(_ dialect: Dialect) throws -> [[UInt8]] {
        try Mutations.session(sessions[dialect] ?? "", token: Harness.token)
    }

    /// Sends each to a fresh connection; the bystander is looked at every so often.
    private static func meet(_ dialect: Dialect, every: Int = 25, _ mutations: [[UInt8]], endsOrderly: Bool = false) {
        var bystander = Bystander(dialect)
        for (index, bytes) in mutations.enumerated() {
            _ = bystander.meets(bytes, endsOrderly: endsOrderly)
            if index % every == 0 { bystander.check("after case \(index)") }
        }
        bystander.check("at the end")
    }

    @Test("A recorded session with a bit turned over, at every byte", arguments: Dialect.allCases)
    func bitFlips(dialect: Dialect) throws {
        let flips = Mutations.bitFlips(try Self.session(dialect))
        #expect(flips.count > 300)
        Self.meet(dialect, flips)
    }

    @Test("A broken message is answered by the end of the connection, and nothing after it is served")
    func broken() throws {
        for dialect in Dialect.allCases {
            var bystander = Bystander(dialect)
            for bytes in Mutations.bitFlips([ClientFrame.call(1, "GetConfiguration", #"{"keyPath":["x"]}"#)]) {
                // A length that has become larger leaves the message unfinished; whatever else, it is over.
                let events = bystander.meets(ClientFrame.connect(Harness.token), bytes)
                #expect(!events.contains { $0.shape != nil })
            }
            bystander.check()
        }
    }

    @Test("A recorded session that stops at any byte", arguments: Dialect.allCases)
    func truncations(dialect: Dialect) throws {
        let truncations = Mutations.truncations(try Self.session(dialect))
        Self.meet(dialect, truncations)
        Self.meet(dialect, truncations, endsOrderly: true)
    }

    @Test("Lengths that are too small, too large or contradict each other", arguments: Dialect.allCases)
    func lengths(dialect: Dialect) {
        Self.meet(dialect, Mutations.lengths)
        Self.meet(dialect, Mutations.lengths.map { ClientFrame.connect(Harness.token) + $0 })
    }

    @Test("Every header changed in every way, checksums right", arguments: Dialect.allCases)
    func headers(dialect: Dialect) throws {
        let session = try Self.session(dialect)
        for (number, frame) in session.enumerated() {
            let before = Array(session.prefix(number).joined())
            Self.meet(dialect, Mutations.headers(frame).map { before + $0 })
        }
    }

    @Test("Header blocks of nonsense, checksums right", arguments: Dialect.allCases, [1] as [UInt64])
    func headerGarbage(dialect: Dialect, seed: UInt64) {
        let call = ClientFrame.call(1, "GetConfiguration", "{}")
        let garbage = Mutations.headerGarbage(call, seed: seed)
        Self.meet(dialect, garbage)
        Self.meet(dialect, garbage.map { ClientFrame.connect(Harness.token) + $0 })
    }

    @Test("Bytes at random, before and after CONNECT", arguments: Dialect.allCases, [3] as [UInt64])
    func random(dialect: Dialect, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let noise = (0..<400).map { index -> [UInt8] in
            let bytes = (0..<Int.random(in: 1...400, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            return index.isMultiple(of: 2) ? bytes : ClientFrame.connect(Harness.token) + bytes
        }
        Self.meet(dialect, noise)
    }

    @Test("Payloads that are no request, to every operation", arguments: Dialect.allCases)
    func payloads(dialect: Dialect) {
        var bystander = Bystander(dialect)
        for operation in Operation.allCases {
            let calls = Mutations.payloads.enumerated().map {
                ClientFrame.call(Int32($0.offset + 1), operation.rawValue, $0.element)
            }
            let events = bystander.meets(ClientFrame.connect(Harness.token), Array(calls.joined()))
            #expect(events.first?.flags == 1)
            #expect(!events.contains(.closed), "\(operation)")
            bystander.check(operation.rawValue)
        }
    }

    @Test("Every member of every request with a value that is not meant, one call answered each")
    func members() {
        for dialect in Dialect.allCases {
            var bystander = Bystander(dialect)
            for operation in Operation.allCases {
                for member in operation.members.keys.sorted() {
                    let calls = Mutations.values.enumerated().map {
                        let payload = #"{"\#(member)":\#($0.element)}"#
                        return ClientFrame.call(Int32($0.offset + 1), operation.rawValue, payload)
                    }
                    let events = bystander.meets(ClientFrame.connect(Harness.token), Array(calls.joined()))
                    let answered = Set(events.compactMap(\.stream)).subtracting([0])
                    #expect(answered.count == calls.count, "\(operation) \(member)")
                }
                bystander.check(operation.rawValue)
            }
        }
    }

    @Test("Five thousand connections that stop halfway, and not a message late", arguments: Dialect.allCases)
    func halfOpen(dialect: Dialect) {
        var bystander = Bystander(dialect)
        let connect = ClientFrame.connect(Harness.token)
        var open: [Int] = []
        for index in 0..<5000 {
            let connection = bystander.harness.open()
            open.append(connection)
            _ = bystander.harness.send(Array(connect.prefix(index % connect.count)), on: connection)
        }
        bystander.check()
        // Lite gives up on each; classic waits for ever.
        bystander.harness.advance(.seconds(1))
        bystander.harness.advance(.seconds(5))
        bystander.check()
        let closed = open.filter { bystander.harness.take($0).contains(.closed) }
        #expect(closed.isEmpty == (dialect == .classic))
        for connection in open { bystander.harness.disconnect(connection) }
        bystander.check()
        #expect(bystander.harness.nucleus.stalls.isEmpty)
        #expect(bystander.harness.nucleus.connections.compactMap { $0 }.count == 1)
    }

    @Test("A client for which there is too much at once is cut off alone", arguments: Dialect.allCases)
    func greedy(dialect: Dialect) {
        var bystander = Bystander(dialect)
        bystander.harness.nucleus.unreadLimit = 100_000
        let large = JSONValue.string(String(repeating: "v", count: 5_000))
        bystander.harness.nucleus.setComponent(Harness.component, token: Harness.token, configuration: ["large": large])
        let greedy = bystander.harness.login()
        _ = bystander.harness.send(ClientFrame.subscribe(1, "other/#"), on: greedy)
        bystander.check()
        let calls = (2...60).map { ClientFrame.call(Int32($0), "GetConfiguration") }
        let events = bystander.harness.send(Array(calls.joined()), on: greedy)
        #expect(events.last == .closed)
        #expect(events.count < 30)
        let findings = bystander.harness.nucleus.findings
        #expect(findings.map(\.rule) == [.unreadMessages])
        #expect(findings.first?.component == Harness.component)
        bystander.harness.disconnect(greedy)
        #expect(bystander.harness.nucleus.broker.subscriptions.map(\.component) == [Bystander.component])
        bystander.check()
    }
}
