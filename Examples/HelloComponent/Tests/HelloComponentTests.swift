// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import GreengrassIPCTesting
import Testing

@testable import HelloComponent

@Suite(.timeLimit(.minutes(1)))
struct HelloComponentTests {
    private let name = "com.example.Hello"

    @Test("It greets who asks, in its configuration's words", arguments: Dialect.allCases)
    func greets(dialect: Dialect) async throws {
        let component = SimulatedComponent(
            name: name,
            configuration: [
                "greeting": "Moin",
                "accessControl": [
                    "aws.greengrass.ipc.pubsub": [
                        "1": ["operations": ["aws.greengrass#SubscribeToTopic"], "resources": ["hello/ask"]],
                        "2": ["operations": ["aws.greengrass#PublishToTopic"], "resources": ["hello/answer"]],
                    ]
                ],
            ]
        )
        let setup = NucleusSimulator.Configuration(dialect: dialect, components: [component])
        try await withNucleusSimulator(setup, running: { try await HelloComponent.run($0) }) { nucleus in
            try await nucleus.waitForState(.running, of: name)
            await nucleus.publish(localTopic: "hello/ask", payload: Array("Ada".utf8))
            try await nucleus.expectPublication(localTopic: "hello/answer", text: "Moin, Ada!")
            try await nucleus.expectNoFindings()
        }
    }
}
