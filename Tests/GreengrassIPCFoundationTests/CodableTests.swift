// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import GreengrassIPC
import GreengrassIPCFoundation
import GreengrassIPCTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CodableTests {
    struct Reading: Codable, Hashable {
        var sensor: String
        var celsius: Double
        var taken: Int64
    }

    struct Settings: Decodable, Hashable {
        var interval: Int
        var sensors: [String]
    }

    private static let component = "com.example.Codable"
    private static let reading = Reading(sensor: "a", celsius: 21.5, taken: 9_007_199_254_740_993)

    private func withClient(
        _ dialect: Dialect,
        _ body: (NucleusSimulator, GreengrassIPCClient) async throws -> Void
    ) async throws {
        let component = SimulatedComponent(
            name: Self.component,
            configuration: ["settings": ["interval": 30, "sensors": ["a", "b"]]]
        )
        var setup = NucleusSimulator.Configuration(dialect: dialect, components: [component])
        setup.secrets = [SimulatedSecret(name: "database", .string(#"{"user":"u","password":"hunter2"}"#))]
        try await NucleusSimulator.serving(setup) { nucleus in
            let configuration = try await nucleus.clientConfiguration(forComponent: Self.component)
            try await withGreengrassIPC(configuration) { try await body(nucleus, $0) }
        }
    }

    @Test("A value is published and comes back, to AWS IoT Core and between components", arguments: Dialect.allCases)
    func publish(dialect: Dialect) async throws {
        try await withClient(dialect) { _, client in
            try await client.subscribeToIoTCore(topicName: "r/+", qos: .atLeastOnce) { messages in
                try await client.publishToIoTCore(topicName: "r/1", encoding: Self.reading)
                var iterator = messages.makeAsyncIterator()
                guard case .message(let message)? = try await iterator.next() else {
                    Issue.record("no message came")
                    return
                }
                #expect(try JSONDecoder().decode(Reading.self, from: message.data) == Self.reading)
            }
            try await client.subscribeToTopic(topic: "r/2") { messages in
                try await client.publishToTopic(topic: "r/2", encoding: Reading(sensor: "b", celsius: 1, taken: 2))
                var iterator = messages.makeAsyncIterator()
                let message = try #require(try await iterator.next())
                #expect(message.topic == "r/2")
                // Classic makes doubles of integers; they are read all the same.
                #expect(try message.json?.decode(Reading.self) == Reading(sensor: "b", celsius: 1, taken: 2))
            }
        }
    }

    @Test("A configuration is decoded, whole, in part and at a leaf; nothing is nil", arguments: Dialect.allCases)
    func configuration(dialect: Dialect) async throws {
        try await withClient(dialect) { _, client in
            let settings = try await client.configuration(Settings.self, at: ["settings"])
            #expect(settings == Settings(interval: 30, sensors: ["a", "b"]))
            #expect(try await client.configuration(Int.self, at: ["settings", "interval"]) == 30)
            #expect(try await client.configuration([String: Settings].self)?.keys.sorted() == ["settings"])
            #expect(try await client.configuration(Int.self, at: ["settings", "nothing"]) == nil)
            #expect(try await client.configuration(Int.self, at: ["nothing", "at", "all"]) == nil)
            await #expect(throws: DecodingError.self) {
                try await client.configuration(Bool.self, at: ["settings", "interval"])
            }
        }
    }

    @Test(
        "A date is a point in time with milliseconds, and back",
        arguments: [0, 1, -1500, 1_700_000_000_123, 4_102_444_800_001]
    )
    func dates(milliseconds: Int64) {
        let timestamp = Timestamp(millisecondsSince1970: milliseconds)
        #expect(Timestamp(Date(timestamp)) == timestamp)
        // A date counts from 2001 in binary fractions.
        #expect(abs(Date(timestamp).timeIntervalSince1970 - Double(milliseconds) / 1000) < 0.000_001)
    }

    @Test("A date out of reach becomes the last one that can be expressed")
    func farDates() {
        #expect(Timestamp(Date(timeIntervalSince1970: 1e300)).millisecondsSince1970 == .max)
        #expect(Timestamp(Date(timeIntervalSince1970: -1e300)).millisecondsSince1970 == .min)
        #expect(Timestamp(Date(timeIntervalSince1970: .nan)).millisecondsSince1970 == .max)
    }

    private struct Enough: Error {}

    @Test("A watched value is decoded; a change that cannot be is told and ends nothing", arguments: Dialect.allCases)
    func watching(dialect: Dialect) async throws {
        try await withClient(dialect) { _, client in
            var seen: [String] = []
            await #expect(throws: Enough.self) {
                try await client.watchConfiguration(Settings.self, at: ["settings"]) { result in
                    switch result {
                    case .success(let settings): seen.append(settings.map { "\($0.interval)" } ?? "none")
                    case .failure(let error): seen.append(error is DecodingError ? "bad" : "\(error)")
                    }
                    if seen.count == 3 { throw Enough() }
                    let next: JSONValue = seen.count == 1 ? ["interval": "soon"] : ["interval": 60]
                    try await client.mergeConfiguration(next, at: ["settings"])
                }
            }
            #expect(seen == ["30", "bad", "60"])
        }
    }

    struct Login: Decodable, Hashable {
        var user: String
        var password: String
    }

    enum Password: String, Decodable { case correct }

    @Test("A secret is decoded, and an error tells nothing of it")
    func secret() async throws {
        try await withClient(.classic) { _, client in
            let login = try await client.secret(Login.self, "database")
            #expect(login == Login(user: "u", password: "hunter2"))
            let error = await #expect(throws: GreengrassIPCError.self) {
                _ = try await client.secret([String: Password].self, "database")
            }
            #expect(error?.code == .invalidResponse)
            #expect(error?.description.contains("hunter2") == false)
        }
    }
}
