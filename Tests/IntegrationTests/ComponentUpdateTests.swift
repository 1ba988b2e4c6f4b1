// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// Component updates and validations: each event is answered, whatever the component's own code does.
@Suite(.timeLimit(.minutes(1)))
struct ComponentUpdateTests {
    private static let component = "com.example.Updated"

    private func withClient(
        _ dialect: Dialect = .classic,
        configure: (inout GreengrassIPCConfiguration) -> Void = { _ in },
        _ body: (NucleusSimulator, GreengrassIPCClient) async throws -> Void
    ) async throws {
        let component = SimulatedComponent(name: Self.component, configuration: ["a": 1])
        try await NucleusSimulator.serving(.init(dialect: dialect, components: [component])) { nucleus in
            var configuration = try await nucleus.clientConfiguration(forComponent: Self.component)
            configuration.backoff = Backoff(initial: .milliseconds(5), maximum: .milliseconds(20))
            configure(&configuration)
            try await withGreengrassIPC(configuration) { try await body(nucleus, $0) }
        }
    }

    struct BodyError: Error {}

    /// What a handler can do.
    enum Behaviour: CaseIterable, Sendable {
        case acknowledges, defersOnce, throwsError, hangs, ignoresItsCancellation

        /// What the nucleus is told, when the fallback is to wait for 1 ms.
        var answers: [DeploymentReport.UpdateAnswer] {
            switch self {
            case .acknowledges: [.ready]
            case .defersOnce: [.deferred(.milliseconds(7)), .ready]
            case .throwsError, .hangs, .ignoresItsCancellation: [.deferred(.milliseconds(1)), .ready]
            }
        }
    }

    @Test(arguments: Behaviour.allCases)
    func `A preUpdateEvent is answered, whatever the handler does`(_ behaviour: Behaviour) async throws {
        let kinds = Lock<[LogEvent.Kind]>([])
        try await withClient(configure: { $0.log = { event in kinds.withLock { $0.append(event.kind) } } }) {
            nucleus,
            client in
            let (count, ended) = (Lock(0), Lock<[String]>([]))
            let release = Gate()
            let answering = Task {
                try await client.answerComponentUpdates(
                    within: .milliseconds(behaviour == .hangs || behaviour == .ignoresItsCancellation ? 50 : 20_000),
                    otherwise: .defer(.milliseconds(1)),
                    updated: { event in ended.withLock { $0.append(event.deploymentId) } }
                ) { event in
                    #expect(event.isGgcRestarting == false)
                    let isFirst = count.withLock {
                        $0 += 1
                        return $0 == 1
                    }
                    guard isFirst else { return .acknowledge }
                    switch behaviour {
                    case .acknowledges: return .acknowledge
                    case .defersOnce: return .defer(.milliseconds(7), reason: "busy")
                    case .throwsError: throw BodyError()
                    case .hangs: try await client.hang()
                    case .ignoresItsCancellation: await release.passed()
                    }
                    return .acknowledge
                }
            }
            try await nucleus.waitForComponentUpdateSubscription(of: Self.component)
            let report = try await nucleus.deploy(SimulatedDeployment(component: Self.component, merge: ["a": 2]))
            #expect(report.status == .succeeded)
            #expect(report.updateAnswers[Self.component] == behaviour.answers)
            // It goes on: the next deployment is answered as well.
            let next = try await nucleus.deploy(SimulatedDeployment(component: Self.component, merge: ["a": 3]))
            #expect(next.updateAnswers[Self.component] == [.ready])
            answering.cancel()
            release.open()
            let error = await #expect(throws: GreengrassIPCError.self) { try await answering.value }
            #expect(error?.code == .cancelled)
            #expect(ended.withLock { $0.first } == report.id)
            let isFailure = [.throwsError, .hangs, .ignoresItsCancellation].contains(behaviour)
            #expect(kinds.withLock { $0.count { $0 == .handlerFailed } } == (isFailure ? 1 : 0))
            let findings = await nucleus.findings
            #expect(findings.isEmpty)
        }
    }

    /// The answering task alone, and everything with the client.
    @Test(arguments: [false, true])
    func `A cancellation while the handler decides leaves an answer behind`(_ endsTheClient: Bool) async throws {
        let component = SimulatedComponent(name: Self.component)
        let nucleus = try await NucleusSimulator.start(.init(components: [component]))
        let token = try await nucleus.environment(forComponent: Self.component)["SVCUID"] ?? ""
        let configuration = GreengrassIPCConfiguration(socketPath: nucleus.socketPath, authentication: .svcuid(token))
        let asked = Gate()
        let client = Lock<Task<Void, any Error>?>(nil)
        let whole = Task {
            try await withGreengrassIPC(configuration) { ipc in
                let answering = Task {
                    try await ipc.answerComponentUpdates(within: .seconds(30)) { _ in
                        asked.open()
                        try await ipc.hang()
                        return .defer(.seconds(30))
                    }
                }
                client.withLock { $0 = answering }
                try await withTaskCancellationHandler {
                    try await answering.value
                } onCancel: {
                    answering.cancel()
                }
            }
        }
        try await nucleus.waitForComponentUpdateSubscription(of: Self.component)
        let deployment = await nucleus.startDeployment(SimulatedDeployment(timeout: .seconds(45)))
        await asked.passed()
        if endsTheClient { whole.cancel() } else { client.withLock { $0 }?.cancel() }
        _ = await whole.result
        try await nucleus.waitForDeployment(deployment)
        let report = await nucleus.deployment(deployment)
        #expect(report?.updateAnswers[Self.component] == [.ready])
        #expect(report?.status == .succeeded)
        let findings = await nucleus.findings
        #expect(findings.isEmpty)
        await nucleus.stop()
    }

    @Test func `An answer that is lost with the connection is sent again`() async throws {
        let kinds = Lock<[LogEvent.Kind]>([])
        try await withClient(configure: { $0.log = { event in kinds.withLock { $0.append(event.kind) } } }) {
            nucleus,
            client in
            let answering = Task { try await client.answerComponentUpdates { _ in .acknowledge } }
            try await nucleus.waitForComponentUpdateSubscription(of: Self.component)
            await nucleus.inject(.closeMidFrame, at: .reply(to: "DeferComponentUpdate"))
            let report = try await nucleus.deploy(SimulatedDeployment(timeout: .seconds(40)))
            #expect(report.status == .succeeded)
            try await nucleus.waitForCall("DeferComponentUpdate", count: 2)
            let next = try await nucleus.deploy(SimulatedDeployment())
            #expect(next.updateAnswers[Self.component] == [.ready])
            answering.cancel()
            _ = await answering.result
            // The nucleus had the first one, so it has said that it wants no second: no failure.
            #expect(kinds.withLock { !$0.contains(.answerFailed) })
        }
    }

    /// Were the reply waited for, it would take longer than the suite may.
    @Test func `A cancellation does not wait for a reply that does not come`() async throws {
        try await withClient(configure: { $0.callTimeout = .seconds(600) }) { nucleus, client in
            let answering = Task { try await client.answerComponentUpdates { _ in .acknowledge } }
            try await nucleus.waitForComponentUpdateSubscription(of: Self.component)
            await nucleus.inject(.noReply, at: .reply(to: "DeferComponentUpdate"))
            let report = try await nucleus.deploy(SimulatedDeployment(timeout: .seconds(40)))
            #expect(report.updateAnswers[Self.component] == [.ready])
            answering.cancel()
            let error = await #expect(throws: GreengrassIPCError.self) { try await answering.value }
            #expect(error?.code == .cancelled)
        }
    }

    @Test func `A client holds one stream of a kind`() async throws {
        try await withClient { nucleus, client in
            let answering = Task { try await client.answerComponentUpdates { _ in .acknowledge } }
            try await nucleus.waitForComponentUpdateSubscription(of: Self.component)
            let error = await #expect(throws: GreengrassIPCError.self) {
                try await client.answerComponentUpdates { _ in .acknowledge }
            }
            #expect(error?.code == .invalidRequest)
            answering.cancel()
            _ = await answering.result
            // Afterwards there may be another.
            let second = Task { try await client.answerComponentUpdates { _ in .acknowledge } }
            try await nucleus.waitForCall("SubscribeToComponentUpdates", count: 2)
            second.cancel()
            _ = await second.result
        }
    }

    @Test func `A deployment that restarts the nucleus is told so, and the answering goes on`() async throws {
        try await withClient { nucleus, client in
            let restarts = Lock<[Bool]>([])
            let answering = Task {
                try await client.answerComponentUpdates { event in
                    restarts.withLock { $0.append(event.isGgcRestarting) }
                    return .acknowledge
                }
            }
            try await nucleus.waitForComponentUpdateSubscription(of: Self.component)
            try await nucleus.startDeploymentAndWait(SimulatedDeployment(restartsNucleus: true))
            try await nucleus.restart(newTokens: false)
            try await nucleus.waitForComponentUpdateSubscription(of: Self.component)
            let report = try await nucleus.deploy(SimulatedDeployment())
            #expect(report.updateAnswers[Self.component] == [.ready])
            #expect(restarts.withLock { $0 } == [true, false])
            answering.cancel()
            _ = await answering.result
        }
    }

    @Test(arguments: [
        ("accepts", DeploymentReport.ValidityAnswer.accepted),
        ("rejects", .rejected(message: "no")),
        ("throws", .rejected(message: "BodyError()")),
        ("hangs", .rejected(message: "undecided")),
    ])
    func `A configuration gets a verdict, whatever the handler does`(
        _ behaviour: String,
        _ answer: DeploymentReport.ValidityAnswer
    ) async throws {
        try await withClient { nucleus, client in
            let answering = Task {
                try await client.answerConfigurationValidations(
                    within: .milliseconds(behaviour == "hangs" ? 50 : 20_000),
                    otherwise: .reject("undecided")
                ) { event in
                    #expect(event.configuration?["a"] == 2)
                    switch behaviour {
                    case "accepts": return .accept
                    case "rejects": return .reject("no")
                    case "throws": throw BodyError()
                    default:
                        try await client.hang()
                        return .accept
                    }
                }
            }
            try await nucleus.waitForValidationSubscription(of: Self.component)
            for _ in 0..<2 {
                let change = SimulatedDeployment(component: Self.component, merge: ["a": 2], notifyComponents: false)
                let report = try await nucleus.deploy(change)
                #expect(report.validityAnswers[Self.component] == answer)
                #expect(report.status == (answer == .accepted ? .succeeded : .failed))
                // An accepted change is none the second time.
                if answer == .accepted { break }
            }
            answering.cancel()
            _ = await answering.result
            let findings = await nucleus.findings
            #expect(findings.isEmpty)
        }
    }

    @Test func `Lite has neither, and says so`() async throws {
        try await withClient(.lite) { _, client in
            let updates = await #expect(throws: GreengrassIPCError.self) {
                try await client.answerComponentUpdates { _ in .acknowledge }
            }
            let validations = await #expect(throws: GreengrassIPCError.self) {
                try await client.answerConfigurationValidations { _ in .accept }
            }
            for error in [updates, validations] {
                #expect(error?.code == .serviceError)
                #expect(error?.message.contains("nucleus lite does not have this operation") == true)
            }
        }
    }
}

extension NucleusSimulator {
    fileprivate func startDeploymentAndWait(_ deployment: SimulatedDeployment) async throws {
        let identifier = startDeployment(deployment)
        try await waitForDeployment(identifier)
    }
}

extension GreengrassIPCClient {
    /// Waits until it is cancelled.
    fileprivate func hang() async throws {
        try await subscribeToTopic(topic: "never") { for try await _ in $0 {} }
    }
}

/// Holds up whoever comes until it is opened; a cancellation makes no difference.
private final class Gate: Sendable {
    private let state = Lock((isOpen: false, waiters: [CheckedContinuation<Void, Never>]()))

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func passed() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}
