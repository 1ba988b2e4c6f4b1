// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// A client's renewals, against a simulated nucleus.
@Suite(.timeLimit(.minutes(1)))
struct SubscriptionRenewalTests {
    private static let component = "com.example.Listener"

    private func configuration(_ nucleus: NucleusSimulator) async throws -> GreengrassIPCConfiguration {
        try await nucleus.clientConfiguration(forComponent: Self.component)
    }

    private func withNucleus(
        _ dialect: Dialect,
        unsubackDelay: Duration = .milliseconds(300),
        _ body: (NucleusSimulator, GreengrassIPCClient) async throws -> Void
    ) async throws {
        let access: JSONValue = [
            "accessControl": [
                "aws.greengrass.ipc.mqttproxy": [
                    "all": ["operations": ["*"], "resources": ["*"]]
                ]
            ]
        ]
        let component = SimulatedComponent(name: Self.component, configuration: access)
        try await NucleusSimulator.serving(
            .init(dialect: dialect, components: [component], unsubackDelay: unsubackDelay)
        ) { nucleus in
            try await withGreengrassIPC(configuration(nucleus)) { try await body(nucleus, $0) }
        }
    }

    @Test(arguments: Dialect.allCases)
    func `Each event comes once, whatever streams there are, and equal ones as often as they were published`(
        _ dialect: Dialect
    ) async throws {
        try await withNucleus(dialect) { nucleus, client in
            var options = SubscriptionOptions()
            options.renewal = .init(after: [.milliseconds(1)], every: .milliseconds(1))
            try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce, options: options) { messages in
                var iterator = messages.makeAsyncIterator()
                var number = 0
                // Past two renewals, the closing of the old streams included.
                while await nucleus.calls.count(where: { $0.operation == "SubscribeToIoTCore" }) < 4 {
                    number += 1
                    for text in ["same", "same", "\(number)"] {
                        await nucleus.publish(topic: "t", payload: Array(text.utf8))
                    }
                    for text in ["same", "same", "\(number)"] {
                        guard case .message(let message)? = try await iterator.next() else { break }
                        try #require(String(decoding: message.payload ?? [], as: UTF8.self) == text)
                    }
                }
            }
            #expect(await nucleus.findings.isEmpty)
        }
    }

    /// As people write it. Classic takes a filter that it is giving up at the broker for one that it has.
    @Test(arguments: Dialect.allCases)
    func `A subscription that is closed and made again at once hears at once`(_ dialect: Dialect) async throws {
        try await withNucleus(dialect) { nucleus, client in
            for round in 1...5 {
                try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce) { messages in
                    #expect(await nucleus.subscriptions.last?.isDeaf == false)
                    await nucleus.publish(topic: "t", payload: Array("\(round)".utf8))
                    var iterator = messages.makeAsyncIterator()
                    guard case .message(let message)? = try await iterator.next() else { return }
                    #expect(String(decoding: message.payload ?? [], as: UTF8.self) == "\(round)")
                }
            }
            try await nucleus.waitForNoSubscription(filter: "t")
            #expect(await nucleus.findings.isEmpty)
        }
    }

    @Test(arguments: Dialect.allCases)
    func `A nucleus that restarts and keeps the token costs a gap, and one with new tokens the client`(
        _ dialect: Dialect
    ) async throws {
        try await withNucleus(dialect) { nucleus, client in
            try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce) { messages in
                var items = messages.withGaps.makeAsyncIterator()
                try await nucleus.restart(newTokens: false, downtime: .milliseconds(300))
                guard case .gap? = try await items.next() else {
                    Issue.record("no gap")
                    return
                }
                await nucleus.publish(topic: "t", payload: [1])
                guard case .event? = try await items.next() else {
                    Issue.record("no event")
                    return
                }
                try await nucleus.restart(newTokens: true)
                do {
                    _ = try await items.next()
                    Issue.record("a refused token goes unnoticed")
                } catch let error as GreengrassIPCError {
                    #expect(error.code == .accessDenied)
                    #expect(error.message.contains("relaunched"))
                }
            }
        }
    }
}
