// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import GreengrassIPCTesting
import Testing

@testable import MQTTBridge

@Suite(.timeLimit(.minutes(1)))
struct MQTTBridgeTests {
    private let name = "com.example.MQTTBridge"

    private var component: SimulatedComponent {
        SimulatedComponent(
            name: name,
            configuration: [
                "accessControl": [
                    "aws.greengrass.ipc.pubsub": [
                        "1": ["operations": ["aws.greengrass#SubscribeToTopic"], "resources": ["to-cloud/#"]],
                        "2": ["operations": ["aws.greengrass#PublishToTopic"], "resources": ["site/*"]],
                    ],
                    "aws.greengrass.ipc.mqttproxy": [
                        "1": ["operations": ["aws.greengrass#SubscribeToIoTCore"], "resources": ["to-device/#"]],
                        "2": ["operations": ["aws.greengrass#PublishToIoTCore"], "resources": ["site/*"]],
                    ],
                ]
            ]
        )
    }

    @Test(
        "Text and JSON go to the cloud, bytes come from there; one that is lost harms no other",
        arguments: Dialect.allCases
    )
    func carries(dialect: Dialect) async throws {
        let nucleus = try await NucleusSimulator.start(.init(dialect: dialect, components: [component]))
        let token = try await nucleus.environment(forComponent: name)["SVCUID"] ?? ""
        var configuration = GreengrassIPCConfiguration(
            socketPath: nucleus.socketPath,
            authentication: .svcuid(token)
        )
        configuration.callTimeout = .seconds(1)
        let running = Task { try await withGreengrassIPC(configuration) { client in try await MQTTBridge.run(client) } }
        try await nucleus.waitForLocalSubscription(filter: "to-cloud/#")
        try await nucleus.waitForSubscription(filter: "to-device/#")

        await nucleus.publish(localTopic: "to-cloud/a/b", payload: Array("21".utf8))
        try await nucleus.waitForPublication(topic: "site/a/b")
        await nucleus.publish(localTopic: "to-cloud/c", json: ["t": "21"])
        try await nucleus.waitForPublication(topic: "site/c")
        let published = await nucleus.publications.map(\.payload)
        #expect(published == [Array("21".utf8), Array(#"{"t":"21"}"#.utf8)])

        await nucleus.publish(topic: "to-device/x", payload: [1])
        try await nucleus.waitForCall("PublishToTopic")
        // The answer of this one never comes: it is given up, and what follows is carried.
        await nucleus.inject(.noReply, at: .reply(to: "PublishToTopic"))
        await nucleus.publish(topic: "to-device/y", payload: [2])
        await nucleus.publish(topic: "to-device/z", payload: [3])
        try await nucleus.waitForCall("PublishToTopic", count: 3)
        let carried = await nucleus.localPublications
        #expect(carried.map(\.topic) == ["site/x", "site/y", "site/z"])
        #expect(carried.map(\.binary) == [[1], [2], [3]])

        running.cancel()
        _ = await running.result
        await nucleus.stop()
    }
}
