// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// The component: says on `out` what it hears on `in`.
enum Echo {
    static func run(_ client: GreengrassIPCClient) async throws {
        try await client.subscribeToTopic(topic: "in") { messages in
            for try await message in messages {
                guard let json = message.json else { continue }
                try await client.publishToTopic(topic: "out", json: json)
            }
        }
    }
}

@Suite(.timeLimit(.minutes(1)))
struct EchoTests {
    @Test(arguments: Dialect.allCases)
    func echoes(dialect: Dialect) async throws {
        let component = SimulatedComponent(name: "com.example.Echo")
        let setup = NucleusSimulator.Configuration(dialect: dialect, components: [component])
        try await withNucleusSimulator(setup, running: { try await Echo.run($0) }) { nucleus in
            try await nucleus.waitForLocalSubscription(filter: "in")
            await nucleus.publish(localTopic: "in", json: ["door": "open"])
            try await nucleus.expectPublication(localTopic: "out", json: ["door": "open"])
            try await nucleus.expectNoFindings()
        }
    }
}
