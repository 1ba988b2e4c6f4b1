// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import GreengrassIPCTesting
import Testing

@testable import UpdateDeferrer

@Suite(.timeLimit(.minutes(1)))
struct UpdateDeferrerTests {
    private let name = "com.example.UpdateDeferrer"

    @Test("A deployment waits until the work is over")
    func defers() async throws {
        let component = SimulatedComponent(
            name: name,
            configuration: [
                "recheckSeconds": "1",
                "accessControl": [
                    "aws.greengrass.ipc.pubsub": [
                        "1": [
                            "operations": ["aws.greengrass#SubscribeToTopic"],
                            "resources": ["work/begin", "work/end"],
                        ]
                    ]
                ],
            ]
        )
        let nucleus = try await NucleusSimulator.start(.init(components: [component]))
        let token = try await nucleus.environment(forComponent: name)["SVCUID"] ?? ""
        let configuration = GreengrassIPCConfiguration(
            socketPath: nucleus.socketPath,
            authentication: .svcuid(token)
        )
        let running = Task {
            try await withGreengrassIPC(configuration) { client in try await UpdateDeferrer.run(client) }
        }
        try await nucleus.waitForLocalSubscription(filter: "work/begin")
        try await nucleus.waitForLocalSubscription(filter: "work/end")
        try await nucleus.waitForComponentUpdateSubscription(of: name)

        // Nothing is under way: the update may begin at once.
        let idle = try await nucleus.deploy(SimulatedDeployment(component: name, merge: ["a": 1]))
        #expect(idle.updateAnswers[name] == [.ready])

        await nucleus.publish(localTopic: "work/begin", payload: Array("job".utf8))
        let deployment = await nucleus.startDeployment(SimulatedDeployment(component: name, merge: ["a": 2]))
        try await nucleus.waitForCall("DeferComponentUpdate", count: 2)
        await nucleus.publish(localTopic: "work/end", payload: Array("job".utf8))
        try await nucleus.waitForDeployment(deployment)
        let report = await nucleus.deployment(deployment)
        #expect(report?.status == .succeeded)
        #expect(report?.updateAnswers[name]?.first == .deferred(.seconds(1)))
        #expect(report?.updateAnswers[name]?.last == .ready)

        running.cancel()
        _ = await running.result
        await nucleus.stop()
    }

    @Test("Where nobody asks, it lives on")
    func lite() async throws {
        let component = SimulatedComponent(name: name)
        let nucleus = try await NucleusSimulator.start(.init(dialect: .lite, components: [component]))
        let token = try await nucleus.environment(forComponent: name)["SVCUID"] ?? ""
        let configuration = GreengrassIPCConfiguration(
            socketPath: nucleus.socketPath,
            authentication: .svcuid(token)
        )
        let running = Task {
            try await withGreengrassIPC(configuration) { client in try await UpdateDeferrer.run(client) }
        }
        try await nucleus.waitForCall("SubscribeToComponentUpdates")
        try await nucleus.waitForLocalSubscription(filter: "work/begin")
        running.cancel()
        _ = await running.result
        await nucleus.stop()
    }
}
