// SPDX-License-Identifier: Apache-2.0

import EventReactor
import EventStream
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

/// Hostile clients at a real socket, beside one that is written with this package and goes on as if it were alone.
@Suite("Hostile clients", .serialized, .timeLimit(.minutes(1)))
struct HostileClientTests {
    private static let good = "com.example.WellBehaved"
    private static let bad = "com.example.Hostile"

    /// A client that calls and hears, one after another, as often as ``proceed(_:)`` is called.
    private struct WellBehaved {
        let client: GreengrassIPCClient
        let nucleus: NucleusSimulator
        var events: Subscription<IoTCoreMessage>.Iterator
        var round = 0

        mutating func proceed(_ what: String) async throws {
            round += 1
            await nucleus.publish(topic: "well-behaved/x", payload: Array("\(round)".utf8))
            guard case .message(let message)? = try await events.next() else {
                Issue.record("\(what): the subscription has ended or lost something")
                return
            }
            #expect(message.payload.map { String(decoding: $0, as: UTF8.self) } == "\(round)", "\(what)")
            let value = try await client.getConfiguration(keyPath: ["leaf"]).value
            #expect(value?["leaf"] == 7, "\(what)")
        }
    }

    private func besideTheWellBehaved(
        _ dialect: Dialect,
        unreadLimit: Int? = nil,
        _ body: (NucleusSimulator, inout WellBehaved) async throws -> Void
    ) async throws {
        var configuration = NucleusSimulator.Configuration(
            dialect: dialect,
            components: [
                SimulatedComponent(name: Self.good, configuration: ["leaf": 7]), SimulatedComponent(name: Self.bad),
            ]
        )
        if let unreadLimit { configuration.unreadLimit = unreadLimit }
        try await NucleusSimulator.serving(configuration) { nucleus in
            var settings = try await nucleus.clientConfiguration(forComponent: Self.good)
            settings.callTimeout = .seconds(50)
            try await withGreengrassIPC(settings) { client in
                try await client.subscribeToIoTCore(topicName: "well-behaved/+", qos: .atLeastOnce) { messages in
                    var wellBehaved = WellBehaved(
                        client: client,
                        nucleus: nucleus,
                        events: messages.makeAsyncIterator()
                    )
                    try await wellBehaved.proceed("before")
                    try await body(nucleus, &wellBehaved)
                    try await wellBehaved.proceed("after")
                }
            }
            let own = await nucleus.findings.filter { $0.component == Self.good }
            #expect(own.isEmpty)
        }
    }

    @Test("Broken messages of every kind, a connection for each", arguments: Dialect.allCases)
    func broken(dialect: Dialect) async throws {
        try await besideTheWellBehaved(dialect) { nucleus, wellBehaved in
            let token = try await nucleus.environment(forComponent: Self.bad)["SVCUID"] ?? ""
            let connect = ClientFrame.connect(token)
            let call = ClientFrame.call(1, "GetConfiguration")
            var kinds = Mutations.headerGarbage(call, seed: 5).suffix(60).map { connect + $0 }
            kinds += stride(from: 0, to: call.count, by: 3).map { place in
                var broken = call
                broken[place] ^= 0x10
                return connect + broken
            }
            kinds += Mutations.lengths.suffix(60).map { connect + $0 }
            kinds += [Array("GET / HTTP/1.1\r\n\r\n".utf8), [UInt8](repeating: 0, count: 100_000), []]
            for (index, bytes) in kinds.enumerated() {
                let hostile = try await WireClient.connect(to: nucleus)
                await hostile.send(bytes)
                if index % 20 == 0 { try await wellBehaved.proceed("case \(index)") }
                await hostile.close()
            }
        }
    }

    @Test("Four hundred connections that say nothing, or half of something", arguments: Dialect.allCases)
    func halfOpen(dialect: Dialect) async throws {
        try await besideTheWellBehaved(dialect) { nucleus, wellBehaved in
            var open: [WireClient] = []
            for index in 0..<400 {
                let hostile = try await WireClient.connect(to: nucleus)
                await hostile.send(Array(ClientFrame.connect("0123456789ABCDEF").prefix(index % 40)))
                open.append(hostile)
                if index % 50 == 0 { try await wellBehaved.proceed("with \(index) open") }
            }
            try await wellBehaved.proceed("with all open")
            for hostile in open { await hostile.close() }
        }
    }

    @Test("One that never reads its events is cut off, and nobody else", arguments: Dialect.allCases)
    func neverReads(dialect: Dialect) async throws {
        try await besideTheWellBehaved(dialect, unreadLimit: 200_000) { nucleus, wellBehaved in
            let hostile = try await WireClient.login(to: nucleus, as: Self.bad)
            await hostile.stopReading()
            await hostile.send(ClientFrame.subscribe(1, "flood"))
            try await nucleus.waitForSubscription(filter: "flood", timeout: .seconds(50))
            let payload = [UInt8](repeating: 1, count: 4_000)
            var published = 0
            while await !nucleus.subscriptions.allSatisfy({ $0.filter != "flood" }) {
                await nucleus.publish(topic: "flood", payload: payload)
                published += 1
                if published % 20 == 0 { try await wellBehaved.proceed("after \(published) events") }
                // The kernel keeps some hundred kilobytes, the simulator what it is told to.
                try #require(published < 2_000)
            }
            try await wellBehaved.proceed("after \(published) events")
            #expect(await nucleus.openConnectionCount == 1)
            let findings = await nucleus.findings
            #expect(findings.map(\.rule) == [.unreadMessages])
            #expect(findings.first?.component == Self.bad)
            await hostile.close()
        }
    }

    @Test("One that asks without end and never reads an answer is not served without end", arguments: Dialect.allCases)
    func neverReadsAnswers(dialect: Dialect) async throws {
        try await besideTheWellBehaved(dialect, unreadLimit: 200_000) { nucleus, wellBehaved in
            let hostile = try await WireClient.login(to: nucleus, as: Self.bad)
            await hostile.stopReading()
            var stream: Int32 = 0
            for round in 0..<80 {
                var calls: [UInt8] = []
                for _ in 0..<100 {
                    stream += 1
                    calls += ClientFrame.call(stream, "GetConfiguration", #"{"keyPath":["x"]}"#)
                }
                await hostile.send(calls)
                if round % 20 == 0 { try await wellBehaved.proceed("after \(stream) calls") }
            }
            #expect(await nucleus.calls.count < stream)
            await hostile.close()
        }
    }
}
