// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// A client that holds a subscription and also calls, and every fault: afterwards it hears and is answered, each event
/// was heard once, and the nucleus has nothing to find.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct SurvivalTests {
    private static let component = "com.example.Survivor"

    /// What becomes of the subscription.
    enum Outcome: Sendable {
        /// Nothing is lost, and nothing comes twice.
        case undisturbed
        /// What the nucleus sends twice comes twice.
        case twice
        /// The connection is lost: what is sent after the gap comes.
        case gap
        /// The token is refused, which ends it.
        case refused
    }

    struct Hardship: Sendable, CustomTestStringConvertible {
        var faults: String
        var outcome: Outcome
        var testDescription: String { faults }

        init(_ faults: String, _ outcome: Outcome = .undisturbed) {
            self.faults = faults
            self.outcome = outcome
        }
    }

    enum Source: Sendable, CaseIterable {
        case iotCore, local
    }

    // MARK: - While it listens

    static let hardships = [
        Hardship("late:5ms"), Hardship("split"), Hardship("merged:5ms"), Hardship("out-of-order:5ms"), Hardship("ping"),
        Hardship("unknown"), Hardship("slow-reader:5ms"), Hardship("silent"), Hardship("duplicate", .twice),
        Hardship("corrupt", .gap), Hardship("oversized", .gap), Hardship("truncated", .gap),
        Hardship("restart", .refused),
    ]

    @Test(arguments: hardships, Dialect.allCases)
    func `A fault while a subscription is there`(_ hardship: Hardship, _ dialect: Dialect) async throws {
        for source in Source.allCases {
            try await survive(dialect, source) { trial in
                try await trial.hear(1...3)
                try await trial.nucleus.inject(SimulatedFault(parsing: hardship.faults))
                var answered = 0
                for number in 4...13 {
                    await trial.publish(number)
                    if await trial.call(within: hardship.faults == "silent" ? .milliseconds(300) : nil) {
                        answered += 1
                    }
                }
                switch hardship.outcome {
                case .undisturbed:
                    try await trial.waitForEvents(13)
                    #expect(trial.heard.events == Array(1...13))
                    if hardship.faults == "silent" { #expect(answered < 10) } else { #expect(answered == 10) }
                case .twice:
                    try await trial.waitForEvents(23)
                    #expect(trial.heard.events == Array(1...3) + (4...13).flatMap { [$0, $0] })
                    #expect(answered == 10)
                case .gap:
                    try await trial.hearAfterGap()
                    #expect(trial.heard.gaps == 1)
                case .refused:
                    return try await trial.waitForEnd(.accessDenied)
                }
                #expect(await trial.call())
                #expect(trial.heard.end == nil)
            }
        }
    }

    /// Whatever chance brings, the client is there when it is over.
    @Test(arguments: [1, 2, 3], Dialect.allCases)
    func `Faults by chance`(_ seed: Int, _ dialect: Dialect) async throws {
        for source in Source.allCases {
            try await survive(dialect, source) { trial in
                try await trial.nucleus.inject(SimulatedFault(parsing: "random:\(seed)"))
                for number in 1...40 {
                    await trial.publish(number)
                    _ = await trial.call(within: .seconds(5))
                }
                await trial.nucleus.removeFaults()
                try await trial.hearAgain()
                #expect(await trial.call())
            }
        }
    }

    // MARK: - While it subscribes

    @Test(
        arguments: [
            Hardship("late:5ms"), Hardship("split"), Hardship("merged:5ms"), Hardship("ping"), Hardship("unknown"),
            Hardship("slow-reader:5ms"), Hardship("event-first:1"), Hardship("deaf"), Hardship("silent"),
            Hardship("corrupt"), Hardship("oversized"), Hardship("truncated"),
        ],
        Dialect.allCases
    )
    func `A fault while a subscription is made`(_ hardship: Hardship, _ dialect: Dialect) async throws {
        for source in Source.allCases {
            var options = Trial.options
            options.firstRefusal = .retry
            if hardship.faults == "silent" { options.responseTimeout = .milliseconds(300) }
            if hardship.faults == "deaf" { options.renewal = .init(after: [.milliseconds(20)]) }
            try await survive(dialect, source, options, faults: [hardship.faults]) { trial in
                if hardship.faults == "deaf" { try await trial.nucleus.waitForCall(source.operation, count: 2) }
                if hardship.faults == "event-first:1" { try await trial.nucleus.waitForCall(source.operation) }
                if hardship.faults != "event-first:1" { try await trial.waitForBeginning() }
                try await trial.hear(1...5)
                #expect(await trial.call())
                #expect(trial.heard.gaps == 0 && trial.heard.end == nil)
            }
        }
    }

    // MARK: - While it connects again

    @Test(
        arguments: [
            Fault.closeMidFrame, .corruptChecksum, .splitEveryByte, .oversizedLength, .replyLate(.milliseconds(5)),
            .noReply, .merge(within: .milliseconds(5)), .outOfOrder(within: .milliseconds(5)), .duplicate, .ping,
            .unknownStream, .readSlowly(.milliseconds(5)),
        ],
        Dialect.allCases
    )
    func `A fault while the client connects again`(_ fault: Fault, _ dialect: Dialect) async throws {
        for source in Source.allCases {
            let patience: Duration? = fault == .noReply ? .milliseconds(300) : nil
            try await survive(dialect, source, connectTimeout: patience) { trial in
                try await trial.hear(1...3)
                await trial.nucleus.inject(fault, at: .connect)
                try await trial.nucleus.restart(newTokens: false)
                try await trial.hearAfterGap()
                #expect(await trial.call())
                #expect(trial.heard.end == nil)
            }
        }
    }

    /// Classic says that it refuses; lite closes, as it does when it is full or stopping, so once is no refusal yet.
    @Test(arguments: Dialect.allCases)
    func `A token that is refused once`(_ dialect: Dialect) async throws {
        for source in Source.allCases {
            try await survive(dialect, source) { trial in
                try await trial.hear(1...3)
                try await trial.nucleus.inject(SimulatedFault(parsing: "refused-token"))
                try await trial.nucleus.restart(newTokens: false)
                switch dialect {
                case .classic: try await trial.waitForEnd(.accessDenied)
                case .lite:
                    try await trial.hearAfterGap()
                    #expect(await trial.call())
                }
            }
        }
    }

    @Test func `A client that has a name in place of a token lives through new tokens`() async throws {
        for source in Source.allCases {
            try await survive(.lite, source, authentication: .componentName(Self.component)) { trial in
                try await trial.hear(1...3)
                await trial.nucleus.inject(.restart, at: .event)
                await trial.publish(4)
                try await trial.hearAfterGap()
                #expect(await trial.call())
            }
        }
    }

    // MARK: - A nucleus that does not read

    @Test(arguments: Dialect.allCases)
    func `What a nucleus does not read is kept up to a limit, and sent when it reads again`(
        _ dialect: Dialect
    ) async throws {
        let size = 7000
        // Together twice what a client keeps.
        let count = 16 * 1024 * 1024 / (size * 4 / 3)
        try await survive(dialect, .iotCore) { trial in
            try await trial.hear(1...3)
            await trial.nucleus.setReading(false)
            let outcomes = Lock<[GreengrassIPCError.Code?]>([])
            let client = trial.client
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<count {
                    group.addTask {
                        let code = await Self.publish(size, client)
                        outcomes.withLock { $0.append(code) }
                    }
                }
                try await trial.eventually("it is too much") { outcomes.withLock { $0.count } > count / 4 }
                #expect(outcomes.withLock { $0.allSatisfy { $0 == .overloaded } })
                await trial.nucleus.setReading(true)
                try await group.waitForAll()
            }
            let accepted = outcomes.withLock { $0.count { $0 == nil } }
            #expect(accepted > 0 && accepted * size <= 10 * 1024 * 1024)
            #expect(outcomes.withLock { $0.count { $0 == .overloaded } } == count - accepted)
            #expect(await trial.nucleus.publications.count == accepted)
            try await trial.hear(4...6)
            #expect(await trial.call())
            #expect(trial.heard.gaps == 0 && trial.heard.end == nil)
        }
    }

    private static func publish(_ size: Int, _ client: GreengrassIPCClient) async -> GreengrassIPCError.Code? {
        do {
            let payload = [UInt8](repeating: 120, count: size)
            try await client.publishToIoTCore(topicName: "out", qos: .atLeastOnce, payload: payload)
            return nil
        } catch {
            return error.code
        }
    }

    // MARK: - How it is tried

    private func survive(
        _ dialect: Dialect,
        _ source: Source,
        _ options: SubscriptionOptions = Trial.options,
        connectTimeout: Duration? = nil,
        authentication: GreengrassIPCConfiguration.Authentication? = nil,
        faults: [String] = [],
        _ body: (Trial) async throws -> Void
    ) async throws {
        let setup = NucleusSimulator.Configuration(
            dialect: dialect,
            components: [SimulatedComponent(name: Self.component, configuration: ["leaf": 7])],
            // Who connects again at once is deaf on classic until the next renewal, which is another test's matter.
            unsubackDelay: .zero
        )
        try await NucleusSimulator.serving(setup) { nucleus in
            var configuration = try await nucleus.clientConfiguration(forComponent: Self.component)
            configuration.backoff = Trial.quick
            configuration.callTimeout = .seconds(50)
            configuration.connectTimeout = connectTimeout ?? .seconds(50)
            if let authentication { configuration.authentication = authentication }
            try await withGreengrassIPC(configuration) { client in
                // The connection is there before anything goes wrong.
                _ = try await client.getConfiguration(keyPath: ["leaf"])
                for fault in faults { try await nucleus.inject(SimulatedFault(parsing: fault)) }
                let trial = Trial(nucleus: nucleus, client: client, source: source)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await trial.listen(options) }
                    if faults.isEmpty { try await trial.waitForBeginning() }
                    try await body(trial)
                    group.cancelAll()
                }
            }
            #expect(await nucleus.findings == [])
        }
    }
}

extension SurvivalTests.Source {
    var operation: String { self == .iotCore ? "SubscribeToIoTCore" : "SubscribeToTopic" }
}
