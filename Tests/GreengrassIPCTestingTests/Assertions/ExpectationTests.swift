// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

@Suite("Expectations", .timeLimit(.minutes(1)))
struct ExpectationTests {
    private static let name = "com.example.A"

    /// A nucleus and a client; every call of which has been seen when it returns.
    private func withClient(
        _ dialect: Dialect = .classic,
        configuration: JSONValue = [:],
        _ body: (NucleusSimulator, GreengrassIPCClient) async throws -> Void
    ) async throws {
        let component = SimulatedComponent(name: Self.name, configuration: configuration)
        try await withNucleusSimulator(.init(dialect: dialect, components: [component])) { nucleus in
            try await withGreengrassIPC(nucleus.clientConfiguration(forComponent: Self.name)) { client in
                try await body(nucleus, client)
            }
        }
    }

    private func failure(_ body: () async throws -> Void) async -> UnmetExpectation? {
        await #expect(throws: UnmetExpectation.self) { try await body() }
    }

    @Test("Calls that are as expected, whole or in part", arguments: Dialect.allCases)
    func calls(dialect: Dialect) async throws {
        try await withClient(dialect) { nucleus, client in
            _ = try? await client.getConfiguration(keyPath: ["a", "b"])
            try await client.publishToIoTCore(topicName: "t", qos: .atLeastOnce, payload: Array(#"{ "n" : 1 }"#.utf8))
            try await nucleus.expectCall("GetConfiguration")
            try await nucleus.expectCall("GetConfiguration", with: ["keyPath": ["a", "b"]], by: Self.name)
            try await nucleus.expectCall("PublishToIoTCore", including: ["topicName": "t", "payload": ["n": 1]])
            try await nucleus.expectCalls("GetConfiguration", with: [["keyPath": ["a", "b"]]])
            try await nucleus.expectNoCall("UpdateState")
            try await nucleus.expectPublication(topic: "t", json: ["n": 1])
            try await nucleus.expectPublication(topic: "t", text: #"{ "n" : 1 }"#)
            try await nucleus.expectNoFindings()
        }
    }

    @Test("A call that comes later is waited for")
    func waiting() async throws {
        try await withClient { nucleus, client in
            async let call = nucleus.expectCall("GetConfiguration", with: ["keyPath": ["late"]])
            async let list: Void = nucleus.expectCalls("PublishToTopic", with: [Self.message(1), Self.message(2)])
            async let publication = nucleus.expectPublication(localTopic: "t", text: "hi")
            try await client.publishToTopic(topic: "t", json: ["n": 1])
            try await client.publishToTopic(topic: "t", json: ["n": 2])
            _ = try? await client.getConfiguration(keyPath: ["late"])
            try await client.publishToTopic(topic: "t", text: "hi")
            #expect(try await call.component == Self.name)
            #expect(try await publication.binary == Array("hi".utf8))
            try await list
        }
    }

    private static func message(_ number: JSONValue) -> JSONValue {
        ["topic": "t", "publishMessage": ["jsonMessage": ["message": ["n": number]]]]
    }

    @Test("The nearest call is shown with its difference, and where that was expected")
    func nearest() async throws {
        try await withClient { nucleus, client in
            try await client.publishToTopic(topic: "other", json: ["unlike": true])
            try await client.publishToTopic(topic: "t", json: ["n": 2])
            let unmet = await failure {
                try await nucleus.expectCall("PublishToTopic", with: Self.message(1), timeout: .zero)
            }
            #expect(unmet?.location.hasPrefix("GreengrassIPCTestingTests/ExpectationTests.swift:") == true)
            #expect(
                unmet?.summary
                    == "expected a call of PublishToTopic with this request; the nearest of 2, number 2, differs"
            )
            let text = """
                  {
                    "publishMessage": {
                      "jsonMessage": {
                        "message": {
                -         "n": 1
                +         "n": 2
                        }
                      }
                    },
                    "topic": "t"
                  }
                """
            #expect(unmet?.difference == text.split(separator: "\n").map(String.init))
            #expect(unmet?.description.hasSuffix("differs (- expected, + actual):\n" + text) == true)
        }
    }

    @Test("Lists are compared as lists")
    func lists() async throws {
        try await withClient { nucleus, client in
            for number in [1, 3] { try await client.publishToTopic(topic: "t", json: ["n": .integer(Int64(number))]) }
            let expected = [1, 2, 3].map { Self.message(.integer($0)) }
            let unmet = await failure {
                try await nucleus.expectCalls("PublishToTopic", with: expected, timeout: .zero)
            }
            #expect(unmet?.summary == "expected 3 calls of PublishToTopic, there were 2")
            let marked = unmet?.difference.filter { !$0.hasPrefix(" ") } ?? []
            #expect(marked.contains { $0.hasSuffix("\"n\": 2") } && marked.allSatisfy { $0.hasPrefix("-") })
            let unwanted = await failure { try await nucleus.expectNoCall("PublishToTopic") }
            #expect(unwanted?.difference.contains { $0.hasPrefix("+") && $0.hasSuffix("\"n\": 3") } == true)
        }
    }

    @Test("What was not called at all is told with what was, and with what was refused")
    func nothing() async throws {
        try await withClient(configuration: ["accessControl": [:]]) { nucleus, client in
            let silence = await failure { try await nucleus.expectCall("UpdateState", timeout: .zero) }
            #expect(silence?.summary == "expected a call of UpdateState; nothing was called")
            _ = try? await client.publishToTopic(topic: "t", text: "x")
            let other = await failure { try await nucleus.expectCall("UpdateState", timeout: .zero) }
            let refused = "; answered with an error were 1 of PublishToTopic of com.example.A (UnauthorizedError)"
            #expect(
                other?.summary == "expected a call of UpdateState; called were 1 of PublishToTopic" + refused
            )
            let publication = await failure {
                try await nucleus.expectPublication(localTopic: "t", text: "x", timeout: .zero)
            }
            #expect(publication?.summary.hasSuffix("nothing was published" + refused) == true)
            let error = await #expect(throws: NucleusSimulatorError.self) {
                try await nucleus.waitForLocalSubscription(filter: "t", timeout: .zero)
            }
            #expect(
                error?.message == "waited 0.0 seconds for a local subscription to t; nothing was subscribed" + refused
            )
        }
    }

    @Test("Publications on the topic and elsewhere")
    func publications() async throws {
        try await withClient { nucleus, client in
            try await client.publishToIoTCore(topicName: "t", qos: .atMostOnce, payload: Array("one".utf8))
            let text = await failure { try await nucleus.expectPublication(topic: "t", text: "two", timeout: .zero) }
            #expect(text?.difference == ["- \"two\"", "+ \"one\""])
            let json = await failure { try await nucleus.expectPublication(topic: "t", json: 1, timeout: .zero) }
            #expect(json?.difference == ["- 1", "+ the text \"one\""])
            let bytes = await failure { try await nucleus.expectPublication(topic: "t", payload: [1], timeout: .zero) }
            #expect(bytes?.difference == ["- 01 (1 bytes)", "+ 6f6e65 (3 bytes)"])
            let elsewhere = await failure {
                try await nucleus.expectPublication(topic: "u", text: "one", timeout: .zero)
            }
            #expect(elsewhere?.summary == "expected a publication on u; published were 1 of 't'")
        }
    }

    @Test("The component's token and the device's secrets are in no difference")
    func secrets() async throws {
        try await withClient { nucleus, client in
            await nucleus.setSecret(SimulatedSecret(name: "s", .string("the-device-secret")))
            let token = try await nucleus.environment(forComponent: Self.name)["SVCUID"] ?? ""
            try await client.publishToTopic(topic: "t", json: ["mine": .string(token), "theirs": "the-device-secret"])
            let payload = Array("\(token) the-device-secret".utf8)
            try await client.publishToIoTCore(topicName: "t", qos: .atLeastOnce, payload: payload)
            let failures = [
                await failure { try await nucleus.expectCall("PublishToTopic", with: [:], timeout: .zero) },
                await failure { try await nucleus.expectCall("PublishToIoTCore", with: [:], timeout: .zero) },
                await failure { try await nucleus.expectPublication(topic: "t", text: "x", timeout: .zero) },
                await failure { try await nucleus.expectPublication(topic: "t", payload: [1], timeout: .zero) },
                await failure { try await nucleus.expectPublication(localTopic: "t", json: 1, timeout: .zero) },
            ]
            for unmet in failures {
                let text = unmet?.description ?? ""
                #expect(text.contains("not shown"))
                for secret in [token, "the-device-secret", Base64.encode(payload)] { #expect(!text.contains(secret)) }
            }
        }
    }

    @Test("Findings fail a test with rule and remedy")
    func findings() async throws {
        try await withClient { nucleus, client in
            _ = try? await client.call(operation: "GetConfiguration", request: ["keyPath": [], "componentName": .null])
            let unmet = await failure { try await nucleus.expectNoFindings() }
            #expect(unmet?.summary == "expected no findings, there are 1")
            #expect(unmet?.difference.first?.hasPrefix("+ null-member (lite): ") == true)
            #expect(unmet?.difference.first?.contains("remedy: leave the member out") == true)
        }
    }

    // MARK: - Components in the test's process

    private struct Mishap: Error {}

    @Test("A component that ends with an error fails what is waited for, at once and with its error")
    func failingComponent() async throws {
        let setup = NucleusSimulator.Configuration(components: [SimulatedComponent(name: Self.name)])
        let error = await #expect(throws: NucleusSimulatorError.self) {
            try await withNucleusSimulator(setup, running: { _ in throw Mishap() }) { nucleus in
                try await nucleus.expectCall("GetConfiguration", timeout: .seconds(600))
            }
        }
        #expect(error?.code == .componentFailed)
        #expect(error?.message.hasPrefix("com.example.A ended with an error: Mishap") == true)
    }

    @Test("A component that is done may be, one that still runs is cancelled")
    func endingComponents() async throws {
        let names = ["a", "b"]
        let components = names.map { SimulatedComponent(name: $0) }
        try await withNucleusSimulator(.init(components: components)) { nucleus in
            try await nucleus.running("a", { _ = try? await $0.getConfiguration(keyPath: ["a"]) }) {
                try await nucleus.running(
                    "b",
                    { try await $0.subscribeToTopic(topic: "t") { for try await _ in $0 {} } }
                ) {
                    try await nucleus.expectCall("GetConfiguration", by: "a")
                    try await nucleus.waitForLocalSubscription(filter: "t")
                }
            }
            #expect(await nucleus.localSubscriptions.isEmpty)
        }
    }

    @Test("Nothing to run, and nobody of that name, are told")
    func unknownComponents() async throws {
        let nobody = await #expect(throws: NucleusSimulatorError.self) {
            try await withNucleusSimulator(.init(), running: { _ in }) { _ in }
        }
        #expect(nobody?.code == .unknownComponent)
        try await withNucleusSimulator { nucleus in
            let unknown = await #expect(throws: NucleusSimulatorError.self) {
                try await nucleus.running("x", { _ in }) {}
            }
            #expect(unknown?.code == .unknownComponent)
        }
    }
}
