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
        let nucleus = try await NucleusSimulator.start(.init(dialect: dialect, components: [component]))
        let token = try await nucleus.environment(forComponent: name)["SVCUID"] ?? ""
        let configuration = GreengrassIPCConfiguration(
            socketPath: nucleus.socketPath,
            authentication: .svcuid(token)
        )
        let running = Task {
            try await withGreengrassIPC(configuration) { client in try await HelloComponent.run(client) }
        }

        try await nucleus.waitForState(.running, of: name)
        await nucleus.publish(localTopic: "hello/ask", payload: Array("Ada".utf8))
        try await nucleus.waitForCall("PublishToTopic")
        let answers = await nucleus.localPublications
        #expect(answers.map(\.topic) == ["hello/answer"])
        #expect(answers.first?.binary == Array("Moin, Ada!".utf8))

        running.cancel()
        _ = await running.result
        await nucleus.stop()
    }
}
