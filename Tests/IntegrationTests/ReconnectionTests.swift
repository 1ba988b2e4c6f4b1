// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// What a client and its subscriptions live through, and what their owner learns of it.
@Suite(.timeLimit(.minutes(1)))
struct ReconnectionTests {
    private static let component = "com.example.Persistent"
    private static let quick = Backoff(initial: .milliseconds(5), maximum: .milliseconds(20))
    private static let allowed: JSONValue = [
        "accessControl": [
            "aws.greengrass.ipc.mqttproxy": ["all": ["operations": ["*"], "resources": ["*"]]],
            "aws.greengrass.ipc.pubsub": ["all": ["operations": ["*"], "resources": ["*"]]],
        ]
    ]
    private static let forbidden: JSONValue = ["accessControl": ["aws.greengrass.ipc.mqttproxy": [:]]]

    private struct Setup: Sendable {
        var dialect: Dialect
        var configuration = ReconnectionTests.allowed
        var brokerState = BrokerState.connected
        var unsubackDelay = Duration.milliseconds(100)
    }

    /// What the log says, counted.
    private final class Log: Sendable {
        private let events = Lock<[LogEvent]>([])

        func add(_ event: LogEvent) { events.withLock { $0.append(event) } }
        func count(_ kind: LogEvent.Kind) -> Int { events.withLock { $0.count { $0.kind == kind } } }
        func values(_ key: LogEvent.Key, of kind: LogEvent.Kind) -> [String] {
            events.withLock { events in
                events.filter { $0.kind == kind }.flatMap(\.metadata).filter { $0.key == key.rawValue }.map(\.value)
            }
        }
    }

    private func withClient(
        _ setup: Setup,
        _ body: (NucleusSimulator, GreengrassIPCClient, Log) async throws -> Void
    ) async throws {
        let component = SimulatedComponent(name: Self.component, configuration: setup.configuration)
        let log = Log()
        try await NucleusSimulator.serving(
            .init(
                dialect: setup.dialect,
                components: [component],
                unsubackDelay: setup.unsubackDelay,
                brokerState: setup.brokerState
            )
        ) { nucleus in
            var configuration = try await nucleus.clientConfiguration(forComponent: Self.component)
            configuration.backoff = Self.quick
            configuration.log = { log.add($0) }
            try await withGreengrassIPC(configuration) { try await body(nucleus, $0, log) }
        }
    }

    private var options: SubscriptionOptions {
        var options = SubscriptionOptions()
        options.retry = Self.quick
        options.renewal = .never
        return options
    }

    // MARK: - Refused at first

    @Test(arguments: Dialect.allCases)
    func `A subscription that a policy forbids at first is there when it is allowed`(_ dialect: Dialect) async throws {
        try await withClient(Setup(dialect: dialect, configuration: Self.forbidden)) { nucleus, client, log in
            let refusals = Lock<[GreengrassIPCError.Code]>([])
            var options = options
            options.firstRefusal = .retry
            options.whenInterrupted = { error in refusals.withLock { $0.append(error.code) } }
            async let policy: Void = {
                try await nucleus.waitForCall("SubscribeToIoTCore", count: 3)
                try await nucleus.setComponent(
                    SimulatedComponent(name: Self.component, configuration: Self.allowed)
                )
            }()
            try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce, options: options) { messages in
                await nucleus.publish(topic: "t", payload: [1])
                var items = messages.withGaps.makeAsyncIterator()
                guard case .event? = try await items.next() else {
                    Issue.record("no event first, though nothing can be missing")
                    return
                }
            }
            try await policy
            let codes = refusals.withLock { $0 }
            #expect(codes.count >= 3 && codes.allSatisfy { $0 == .unauthorized })
            #expect(log.count(.subscriptionFailed) == codes.count)
            #expect(client.metrics.subscriptions["aws.greengrass#SubscribeToIoTCore"]?.retries == codes.count)
        }
    }

    /// Classic alone refuses new filters while it is offline; lite keeps them for later.
    @Test func `A subscription of a device that is offline is there when it is online`() async throws {
        try await withClient(Setup(dialect: .classic, brokerState: .lost)) { nucleus, client, _ in
            var options = options
            let refused = await #expect(throws: GreengrassIPCError.self) {
                try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce, options: options) { _ in }
            }
            #expect(refused?.code == .serviceError)
            options.firstRefusal = .retry
            async let online: Void = {
                try await nucleus.waitForCall("SubscribeToIoTCore", count: 3)
                await nucleus.setBrokerState(.connected)
            }()
            try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce, options: options) { messages in
                await nucleus.publish(topic: "t", payload: [1])
                var iterator = messages.makeAsyncIterator()
                let message = try await iterator.next()
                #expect(message != nil)
            }
            try await online
        }
    }

    @Test(arguments: Dialect.allCases)
    func `Who waits to be allowed can be cancelled`(_ dialect: Dialect) async throws {
        try await withClient(Setup(dialect: dialect, configuration: Self.forbidden)) { nucleus, client, _ in
            var options = options
            options.firstRefusal = .retry
            let waiting = Task { [options] in
                try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce, options: options) { _ in }
            }
            try await nucleus.waitForCall("SubscribeToIoTCore", count: 2)
            waiting.cancel()
            let error = await #expect(throws: GreengrassIPCError.self) { try await waiting.value }
            #expect(error?.code == .cancelled)
            #expect(client.metrics.subscriptions["aws.greengrass#SubscribeToIoTCore"]?.open == 0)
        }
    }

    // MARK: - Refused later

    /// As a nucleus does that reads its configuration after it has opened its socket.
    @Test(arguments: Dialect.allCases)
    func `A policy that is missing for a while after a restart costs a gap`(_ dialect: Dialect) async throws {
        try await withClient(Setup(dialect: dialect)) { nucleus, client, log in
            try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce, options: options) { messages in
                var items = messages.withGaps.makeAsyncIterator()
                try await nucleus.setComponent(
                    SimulatedComponent(name: Self.component, configuration: Self.forbidden)
                )
                try await nucleus.restart(newTokens: false)
                try await nucleus.waitForCall("SubscribeToIoTCore", count: 4)
                try await nucleus.setComponent(
                    SimulatedComponent(name: Self.component, configuration: Self.allowed)
                )
                guard case .gap? = try await items.next() else {
                    Issue.record("no gap")
                    return
                }
                await nucleus.publish(topic: "t", payload: [1])
                guard case .event? = try await items.next() else {
                    Issue.record("no event")
                    return
                }
            }
            #expect(log.values(.error, of: .subscriptionFailed).allSatisfy { $0.contains("UnauthorizedError") })
            #expect(log.count(.subscriptionFailed) >= 2)
            #expect(log.count(.gap) == 1)
        }
    }

    // MARK: - The nucleus is away

    @Test(arguments: Dialect.allCases)
    func `A socket that is gone for long costs calls their time and subscriptions a gap`(
        _ dialect: Dialect
    ) async throws {
        try await withClient(Setup(dialect: dialect)) { nucleus, client, log in
            let interruptions = Lock<[GreengrassIPCError.Code]>([])
            var options = options
            options.whenInterrupted = { error in interruptions.withLock { $0.append(error.code) } }
            try await client.subscribeToTopic(topic: "t", options: options) { messages in
                var items = messages.withGaps.makeAsyncIterator()
                // Thirty waits of the backoff and more: as a minute is to its real 5 s.
                async let restarted: Void = nucleus.restart(newTokens: false, downtime: .milliseconds(600))
                try await client.loop.eventually("it is missed") { log.count(.connectFailed) >= 3 }
                let error = await #expect(throws: GreengrassIPCError.self) {
                    _ = try await client.call(
                        operation: "GetConfiguration",
                        request: ["keyPath": []],
                        timeout: .milliseconds(30)
                    )
                }
                #expect(error?.code == .notConnected)
                // One with time to spare is answered when the nucleus is back.
                _ = try await client.getConfiguration()
                try await restarted
                guard case .gap? = try await items.next() else {
                    Issue.record("no gap")
                    return
                }
                try await client.publishToTopic(topic: "t", text: "again")
                guard case .event(let message)? = try await items.next() else {
                    Issue.record("no event")
                    return
                }
                #expect(message.text == "again")
            }
            #expect(interruptions.withLock { $0 } == [.connectionLost])
            let attempts = log.values(.attempt, of: .connectFailed)
            #expect(attempts.starts(with: ["1", "2", "3"]))
            let connection = client.metrics.connection
            #expect(connection.isConnected && connection.opened == 2 && connection.lost == 1)
            #expect(log.count(.connected) == 2 && log.count(.disconnected) == 1)
        }
    }

    @Test(arguments: Dialect.allCases)
    func `A token that is refused after a restart ends calls and subscriptions with the remedy`(
        _ dialect: Dialect
    ) async throws {
        try await withClient(Setup(dialect: dialect)) { nucleus, client, _ in
            try await client.subscribeToTopic(topic: "t", options: options) { messages in
                try await nucleus.restart(newTokens: true, downtime: .milliseconds(50))
                let error = await #expect(throws: GreengrassIPCError.self) { for try await _ in messages {} }
                #expect(error?.code == .accessDenied)
                #expect(error?.message.contains("relaunched") == true)
            }
            let error = await #expect(throws: GreengrassIPCError.self) {
                _ = try await client.call(operation: "GetConfiguration")
            }
            #expect(error?.code == .accessDenied)
            #expect(!client.metrics.connection.isConnected)
        }
    }

    // MARK: - Deaf

    @Test(arguments: Dialect.allCases)
    func `A stream that was cut off without a word hears again after the renewal, and no gap is claimed`(
        _ dialect: Dialect
    ) async throws {
        try await withClient(Setup(dialect: dialect)) { nucleus, client, log in
            var options = options
            options.renewal = .init(every: .milliseconds(100))
            try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce, options: options) { messages in
                await nucleus.deafen()
                await nucleus.publish(topic: "t", payload: [1])
                try await client.loop.eventually("a stream hears") {
                    await nucleus.subscriptions.contains { !$0.isDeaf }
                }
                await nucleus.publish(topic: "t", payload: [2])
                // The first is heard only if the renewal came before it.
                for try await case .message(let message) in messages where message.payload == [2] { break }
            }
            #expect(log.count(.gap) == 0)
            #expect((client.metrics.subscriptions["aws.greengrass#SubscribeToIoTCore"]?.renewals ?? 0) >= 1)
        }
    }
}
