// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import GreengrassIPCTesting
import Testing

@testable import ConfigurationWatcher

@Suite(.timeLimit(.minutes(1)))
struct ConfigurationWatcherTests {
    private let name = "com.example.ConfigurationWatcher"

    @Test("Good changes are applied, bad ones leave the last good settings", arguments: Dialect.allCases)
    func applies(dialect: Dialect) async throws {
        let component = SimulatedComponent(
            name: name,
            configuration: [
                "sampling": ["intervalSeconds": "60", "unit": "celsius"],
                "accessControl": [
                    "aws.greengrass.ipc.pubsub": [
                        "1": ["operations": ["aws.greengrass#PublishToTopic"], "resources": ["sampling/settings"]]
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
            try await withGreengrassIPC(configuration) { client in try await ConfigurationWatcher.run(client) }
        }

        try await nucleus.waitForCall("PublishToTopic")
        // Each change is read before the next comes; of quick ones the latest is what counts.
        await nucleus.updateConfiguration(of: name, at: ["sampling"], merging: ["intervalSeconds": 5])
        try await nucleus.waitForCall("PublishToTopic", count: 2)
        let calls = await nucleus.calls
        let read = calls.count { $0.operation == "GetConfiguration" }
        await nucleus.updateConfiguration(of: name, at: ["sampling"], merging: ["unit": "furlong"])
        try await nucleus.waitForCall("GetConfiguration", count: read + 1)
        await nucleus.updateConfiguration(of: name, at: ["sampling"], merging: ["unit": "kelvin"])
        try await nucleus.waitForCall("PublishToTopic", count: 3)

        let told = await nucleus.localPublications.compactMap(\.json)
        let expected: [JSONValue] = [
            ["intervalSeconds": 60, "unit": "celsius"],
            ["intervalSeconds": 5, "unit": "celsius"],
            ["intervalSeconds": 5, "unit": "kelvin"],
        ]
        #expect(told == expected)
        running.cancel()
        _ = await running.result
        await nucleus.stop()
    }

    @Test(
        "What is wrong is named",
        arguments: [
            (["intervalSeconds": 0], "sampling.intervalSeconds must be a number from 1 to 86400"),
            (["intervalSeconds": "soon"], "sampling.intervalSeconds must be a number from 1 to 86400"),
            (["unit": 1], "sampling.unit must be celsius or kelvin"),
        ] as [(JSONValue, String)]
    )
    func faults(json: JSONValue, text: String) {
        do {
            _ = try Settings(json)
            Issue.record("the settings were accepted")
        } catch {
            #expect(error.description == text)
        }
    }
}
