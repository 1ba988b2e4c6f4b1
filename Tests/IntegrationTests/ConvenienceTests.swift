// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// What is beside the generated operations, against a simulated nucleus.
@Suite(.timeLimit(.minutes(1)))
struct ConvenienceTests {
    private static let component = "com.example.Convenient"

    private func withClient(
        _ dialect: Dialect,
        secrets: [SimulatedSecret] = [],
        _ body: (NucleusSimulator, GreengrassIPCClient) async throws -> Void
    ) async throws {
        let component = SimulatedComponent(name: Self.component, configuration: ["a": ["b": 1, "a": 2], "leaf": "x"])
        var configuration = NucleusSimulator.Configuration(dialect: dialect, components: [component])
        configuration.secrets = secrets
        try await NucleusSimulator.serving(configuration) { nucleus in
            let configuration = try await nucleus.clientConfiguration(forComponent: Self.component)
            try await withGreengrassIPC(configuration) { try await body(nucleus, $0) }
        }
    }

    @Test("Text, JSON and bytes between components", arguments: Dialect.allCases)
    func localMessages(dialect: Dialect) async throws {
        try await withClient(dialect) { _, client in
            try await client.subscribeToTopic(topic: "t/1") { messages in
                try await client.publishToTopic(topic: "t/1", text: "grüß")
                try await client.publishToTopic(topic: "t/1", bytes: [0xFF])
                try await client.publishToTopic(topic: "t/1", json: ["a": [1, nil]])
                var iterator = messages.makeAsyncIterator()
                let text = try #require(try await iterator.next())
                #expect(text.text == "grüß" && text.topic == "t/1" && text.json == nil)
                let bytes = try #require(try await iterator.next())
                #expect(bytes.bytes == [0xFF] && bytes.text == nil)
                let json = try #require(try await iterator.next())
                #expect(json.json == ["a": [1, nil]] && json.bytes == nil)
            }
        }
    }

    @Test("Text and JSON to AWS IoT Core", arguments: Dialect.allCases)
    func cloudMessages(dialect: Dialect) async throws {
        try await withClient(dialect) { _, client in
            try await client.subscribeToIoTCore(topicName: "t/#", qos: .atLeastOnce) { messages in
                try await client.publishToIoTCore(topicName: "t/1", text: "hello")
                try await client.publishToIoTCore(topicName: "t/2", json: ["n": 1])
                var iterator = messages.makeAsyncIterator()
                guard case .message(let first)? = try await iterator.next(),
                    case .message(let second)? = try await iterator.next()
                else {
                    Issue.record("a message is missing")
                    return
                }
                #expect(first.text == "hello" && first.json == nil && first.topicName == "t/1")
                #expect(second.json == ["n": 1])
            }
            await #expect(throws: GreengrassIPCError.self) {
                try await client.publishToIoTCore(topicName: "t", json: .double(.nan))
            }
        }
    }

    @Test("A value of the configuration comes without its wrapping", arguments: Dialect.allCases)
    func configurationValues(dialect: Dialect) async throws {
        try await withClient(dialect) { _, client in
            let leaf = try await client.configurationValue(at: ["leaf"])
            #expect(leaf == "x")
            // A container that holds its own key is not taken for a leaf in its wrapping.
            #expect(try await client.configurationValue(at: ["a"]) == ["b": 1, "a": 2])
            #expect(try await client.configurationValue(at: ["a", "a"]) == 2)
            #expect(try await client.configurationValue(at: ["none"]) == nil)
            #expect(try await client.configurationValue(at: ["none", "deeper"]) == nil)
        }
    }

    private struct Enough: Error {}

    @Test("A watched value is handed over at once and after each change", arguments: Dialect.allCases)
    func watching(dialect: Dialect) async throws {
        try await withClient(dialect) { _, client in
            var seen: [JSONValue?] = []
            await #expect(throws: Enough.self) {
                try await client.watchConfiguration(at: ["a"]) { value in
                    seen.append(value)
                    if seen.count == 3 { throw Enough() }
                    try await client.mergeConfiguration(["b": .integer(Int64(seen.count + 1))], at: ["a"])
                }
            }
            #expect(seen == [["b": 1, "a": 2], ["b": 2, "a": 2], ["b": 3, "a": 2]])
        }
    }

    @Test("A shadow as JSON, with the version that a change is based on")
    func shadows() async throws {
        try await withClient(.classic) { _, client in
            let first = try await client.updateShadow(of: "T", named: "s", state: ["reported": ["on": true]])
            #expect(first["version"] == 1)
            let document = try await client.shadow(of: "T", named: "s")
            #expect(document["state"]?["reported"] == ["on": true])
            try await client.updateShadow(of: "T", named: "s", state: ["desired": ["on": false]], version: 1)
            do throws(GreengrassIPCError) {
                try await client.updateShadow(of: "T", named: "s", state: ["desired": ["on": true]], version: 1)
                Issue.record("a change of an old version was accepted")
            } catch {
                #expect(error.code == .conflict)
            }
        }
    }

    @Test("Secrets as text, JSON and bytes")
    func secrets() async throws {
        let secrets = [
            SimulatedSecret(name: "text", .string(#"{"user":"u","password":"p"}"#)),
            SimulatedSecret(name: "bytes", .binary([0xFF, 0])),
        ]
        try await withClient(.classic, secrets: secrets) { _, client in
            let text = try await client.secretText("text")
            #expect(text == #"{"user":"u","password":"p"}"#)
            #expect(try await client.secretBytes("text").count == 27)
            #expect(try await client.secretJSON("text") == ["user": "u", "password": "p"])
            #expect(try await client.secretBytes("bytes", stage: "AWSCURRENT") == [0xFF, 0])
            let noText = await Self.code { _ = try await client.secretText("bytes") }
            let noJSON = await Self.code { _ = try await client.secretJSON("bytes") }
            #expect(noText == .invalidResponse && noJSON == .invalidResponse)
            #expect(await Self.code { _ = try await client.secretText("none") } == .resourceNotFound)
        }
        try await withClient(.lite) { _, client in
            #expect(await Self.code { _ = try await client.secretText("text") } == .serviceError)
        }
    }

    private static func code(_ body: () async throws -> Void) async -> GreengrassIPCError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? GreengrassIPCError)?.code
        }
    }
}
