// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPC
import GreengrassIPCTesting

/// A client with a subscription, the nucleus that makes its life hard, and what the client hears: numbers.
struct Trial: Sendable {
    let nucleus: NucleusSimulator
    let client: GreengrassIPCClient
    let source: SurvivalTests.Source
    let heard = Heard()

    static let quick = Backoff(initial: .milliseconds(5), maximum: .milliseconds(20))
    /// As much as a machine may need that does other things too.
    private static let limit = Duration.seconds(40)

    static var options: SubscriptionOptions {
        var options = SubscriptionOptions()
        options.retry = quick
        options.renewal = .never
        return options
    }

    /// What a subscription has brought so far.
    final class Heard: Sendable {
        private enum Item: Hashable {
            case event(Int)
            case gap
        }

        private struct State {
            var items: [Item] = []
            var hasBegun = false
            var end: GreengrassIPCError.Code?
        }

        private let state = Lock(State())

        var hasBegun: Bool { state.withLock { $0.hasBegun } }
        var end: GreengrassIPCError.Code? { state.withLock { $0.end } }
        var gaps: Int { state.withLock { $0.items.count { $0 == .gap } } }
        var events: [Int] { numbers { $0[...] } }
        var eventsAfterGap: [Int] { numbers { $0.suffix(from: $0.lastIndex(of: .gap) ?? $0.endIndex) } }

        func begin() { state.withLock { $0.hasBegun = true } }
        func add(_ number: Int) { state.withLock { $0.items.append(.event(number)) } }
        func addGap() { state.withLock { $0.items.append(.gap) } }
        func end(with code: GreengrassIPCError.Code) { state.withLock { $0.end = code } }

        private func numbers(_ part: ([Item]) -> ArraySlice<Item>) -> [Int] {
            state.withLock { state in
                part(state.items).compactMap { if case .event(let number) = $0 { number } else { nil } }
            }
        }
    }

    // MARK: - The client

    /// Holds the subscription until it is cancelled or fails.
    func listen(_ options: SubscriptionOptions) async {
        do {
            try await subscribe(options)
        } catch {
            let code = (error as? GreengrassIPCError)?.code ?? .cancelled
            if !Task.isCancelled { heard.end(with: code) }
        }
    }

    private func subscribe(_ options: SubscriptionOptions) async throws {
        switch source {
        case .iotCore:
            try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce, options: options) { messages in
                heard.begin()
                for try await item in messages.withGaps {
                    if case .event(.message(let message)) = item {
                        note(message.payload)
                    } else {
                        heard.addGap()
                    }
                }
            }
        case .local:
            try await client.subscribeToTopic(topic: "t", options: options) { messages in
                heard.begin()
                for try await item in messages.withGaps {
                    if case .event(let message) = item { note(message.bytes) } else { heard.addGap() }
                }
            }
        }
    }

    private func note(_ payload: [UInt8]?) {
        heard.add(Int(String(decoding: payload ?? [], as: UTF8.self)) ?? -1)
    }

    /// Whether a call is answered.
    func call(within timeout: Duration? = nil) async -> Bool {
        let request: JSONValue = ["keyPath": ["leaf"]]
        let answer = try? await client.call(operation: "GetConfiguration", request: request, timeout: timeout)
        return answer?["value"]?["leaf"] == 7
    }

    // MARK: - The nucleus

    func publish(_ number: Int) async {
        let payload = Array("\(number)".utf8)
        switch source {
        case .iotCore: await nucleus.publish(topic: "t", payload: payload)
        case .local: await nucleus.publish(localTopic: "t", payload: payload)
        }
    }

    // MARK: - What is expected

    func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
        try await client.loop.eventually(what, within: Self.limit) { try await condition() }
    }

    func waitForBeginning() async throws {
        try await eventually("the subscription is there") { heard.hasBegun }
    }

    func waitForEvents(_ count: Int) async throws {
        try await eventually("\(count) events, there are \(heard.events)") { heard.events.count >= count }
    }

    func waitForEnd(_ code: GreengrassIPCError.Code) async throws {
        try await eventually("the subscription ends with \(code)") { heard.end == code }
    }

    /// Publishes events, and expects that they are heard, each once and nothing else.
    func hear(_ numbers: ClosedRange<Int>) async throws {
        let before = heard.events
        for number in numbers { await publish(number) }
        try await waitForEvents(before.count + numbers.count)
        guard heard.events == before + Array(numbers) else { throw Missing(description: "heard \(heard.events)") }
    }

    /// Waits for the gap, and expects that what is published from then on is heard, and all in order and once.
    func hearAfterGap() async throws {
        try await eventually("there is a gap") { heard.gaps > 0 }
        for number in 100...104 { await publish(number) }
        try await eventually("it hears again") { heard.events.contains(104) }
        let events = heard.events
        guard heard.eventsAfterGap.suffix(5) == [100, 101, 102, 103, 104],
            zip(events, events.dropFirst()).allSatisfy({ $0 < $1 })
        else { throw Missing(description: "not every event once and in order: \(events)") }
    }

    /// Publishes until something of it is heard.
    func hearAgain() async throws {
        var number = 1000
        try await eventually("it hears again") {
            number += 1
            await publish(number)
            return (heard.events.last ?? 0) >= 1000
        }
    }
}
