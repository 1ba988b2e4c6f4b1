// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

/// What official clients did with the plugins of a real nucleus, done to the simulated one.
@Suite("Fidelity of plugins", .timeLimit(.minutes(1)))
struct PluginFidelityTests {
    static let all: JSONValue = ["all": ["operations": ["*"], "resources": ["*"]]]

    static func everything() -> JSONValue {
        [
            "aws.greengrass.Cli": all, "aws.greengrass.clientdevices.Auth": all, "aws.greengrass.ShadowManager": all,
            "aws.greengrass.SecretManager": all, "aws.greengrass.ipc.pubsub": all,
            "aws.greengrass.ipc.mqttproxy": all, "aws.greengrass.ipc.lifecycle": all,
        ]
    }

    /// A component that may see one shadow and one secret.
    static let narrow: JSONValue = [
        "aws.greengrass.ShadowManager": [
            "one": [
                "operations": ["aws.greengrass#GetThingShadow"],
                "resources": ["$aws/things/MyThing/shadow/name/allowed"],
            ]
        ],
        "aws.greengrass.SecretManager": [
            "one": [
                "operations": ["aws.greengrass#GetSecretValue"],
                "resources": ["arn:aws:secretsmanager:us-east-1:123456789012:secret:other-abcdef"],
            ]
        ],
    ]

    /// A nucleus that knows the components of the recordings by the tokens that they used.
    static func harness(_ tokens: [String: String]) -> Harness {
        var harness = Harness(.classic)
        harness.nucleus.components.remove(Harness.component)
        for (name, token) in tokens {
            let access: JSONValue = name.hasSuffix("Narrow") ? narrow : everything()
            let hasNone = name.hasSuffix("Denied") || name.hasPrefix("greengrass-cli")
            let configuration: JSONValue = hasNone ? [:] : ["accessControl": access]
            harness.nucleus.setComponent(name, token: token, configuration: configuration, access: .configured)
        }
        return harness
    }

    @Test("Shadows")
    func shadows() throws {
        let harness = Self.harness([
            "com.example.Probe": "CPRK3SWQRNRHDLGV", "com.example.Denied": "121VJWGD327PDUJK",
            "com.example.Narrow": "P1XAV22LC121FNF7",
        ])
        var replay = try PluginReplay("classic-shadow", harness)
        let state = #"{"state":{"desired":{"a":"\#(String(repeating: "x", count: 40_000))"}}}"#
        let request = #"{"thingName":"Big40000","payload":"\#(Base64.encode(Array(state.utf8)))"}"#
        while replay.next != nil { replay.step(substitute: ClientFrame.call(66, "UpdateThingShadow", request)) }
        #expect(replay.differences() == [])
    }

    @Test("Secrets")
    func secrets() throws {
        var harness = Self.harness([
            "com.example.Probe": "1E2GREABPMBU21LS", "com.example.Denied": "PXKRSK22XWHRPAEK",
            "com.example.Narrow": "DMSRTVD7K3G1E6VX",
        ])
        let (first, second) = ("11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222")
        harness.nucleus.secrets.set(
            SimulatedSecret(
                name: "known-string",
                versions: [
                    .init(id: second, stages: ["AWSCURRENT"], value: .string(#"{"user":"admin","password":"new"}"#)),
                    .init(id: first, stages: ["AWSPREVIOUS"], value: .string(#"{"user":"admin","password":"old"}"#)),
                ]
            )
        )
        harness.nucleus.secrets.set(
            SimulatedSecret(
                name: "known-binary",
                versions: [.init(id: second, stages: ["AWSCURRENT"], value: .binary([0, 1, 2, 0xFE, 0xFF]))]
            )
        )
        harness.nucleus.secrets.set(SimulatedSecret(name: "unreachable", versions: []))
        var replay = try PluginReplay("classic-secret", harness)
        while replay.next != nil { replay.step() }
        #expect(replay.differences() == [])
    }

    @Test("Components and local deployments")
    func components() throws {
        var harness = Self.harness([
            "com.example.Probe": "1MP3CD4S1BGD0UJF", "com.example.Denied": "RDKTHGGSCGMF6JZQ",
            "greengrass-cli#user-0": "QNLHR1JX144B0FRS",
        ])
        harness.nucleus.forgetRightsOfCommandLines()
        harness.nucleus.secrets.set(SimulatedSecret(name: "known-string", .string("x")))
        harness.nucleus.deployments.pace = DeploymentPace(queue: .milliseconds(400), finish: .milliseconds(650))
        harness.nucleus.deployments.artifactStore = "/gg/data/gg2/packages/artifacts"
        harness.nucleus.deployments.directoryExists = { $0.hasPrefix("/gg/") || $0.hasPrefix("/etc/") }
        let available = [
            SimulatedComponent(name: "com.example.Tiny", configuration: ["n": 1, "s": "x"]),
            SimulatedComponent(name: "com.example.Crash", state: .broken),
        ]
        for component in available { harness.nucleus.deployments.available[component.name] = component }
        var earlier = Deployment(
            id: "71a82231-317c-43da-8849-f703ed079ad8",
            validationID: "",
            isLocal: true,
            created: 0,
            plan: .init(),
            stage: .finished,
            report: DeploymentReport(id: "71a82231-317c-43da-8849-f703ed079ad8", status: .succeeded)
        )
        earlier.report.detailedStatus = "SUCCESSFUL"
        harness.nucleus.deployments.add(earlier)
        var replay = try PluginReplay("classic-cli", harness)
        try replay.takeComponents()
        while let (entry, _) = replay.next {
            // Installing it takes longer than the session: like a component that only the cloud has.
            if replay.isCall(entry, mentioning: "com.example.Slow") { replay.harness.setBrokerState(.lost) }
            if entry.connection == 8 { replay.harness.setBrokerState(.connected) }
            // A user that does not exist breaks the component, and one that does mends it.
            if replay.isCall(entry, mentioning: "nobodyhere") { replay.setTiny(.broken) }
            if replay.isCall(entry, mentioning: #"{"posixUser": "root:root"}"#) { replay.setTiny(.running) }
            replay.step()
            // The plugin restarts, and the token of whoever uses it is another.
            if entry.connection == 8, replay.isCall(entry, mentioning: "aws.greengrass.Cli") {
                replay.harness.nucleus.setComponent(
                    "greengrass-cli#user-0",
                    token: "S74Z5MDATA0D0666",
                    configuration: [:]
                )
            }
        }
        let differences = replay.differences().filter { line in
            !Self.explained.contains { line.hasPrefix($0.key + ":") }
        }
        #expect(differences == [])
    }

    /// Where the simulator is meant to be otherwise, and why.
    static let explained = [
        "connection 4, stream 6, message 1": "an empty configuration is none",
        "connection 5, stream 40, message 1": "recipes are not read",
        "connection 5, stream 139, message 1": "a waiting deployment is canceled at once",
        "connection 5, stream 143, message 1": "and not forgotten",
        "connection 5, stream 144, message 1": "and not forgotten",
        "connection 11, stream 1, message 1": "asking in another case does not make another component",
        "connection 11, stream 2, message 1": "nor break the one that is there",
        "connection 11, stream 3, message 1": "nor break the one that is there",
    ]

    @Test("Deployments as a component sees them")
    func deploymentEvents() throws {
        let tokens = ["com.example.Probe": "LJ1T6XST2VKJSHZ0", "com.example.Denied": "AAAAAAAAAAAAAAAA"]
        var harness = Self.harness(tokens)
        harness.nucleus.deployments.pace = DeploymentPace(queue: .milliseconds(300), finish: .milliseconds(1200))
        let base: JSONValue = ["Setting": ["text": "hello", "number": 7], "leaf": "a"]
        var replay = try PluginReplay("classic-deployment-events", harness)
        let access = try #require(replay.accessControl())
        replay.harness.nucleus.setComponent(
            "com.example.Probe",
            token: "LJ1T6XST2VKJSHZ0",
            configuration: base.merged(with: ["accessControl": access]),
            access: .configured
        )
        let next = SimulatedComponent(name: "com.example.Probe", version: "1.0.1")
        replay.harness.nucleus.deployments.available[next.name] = next
        // From the seventh connection on deployments come from the cloud.
        while let (entry, _) = replay.next, entry.connection < 7 { replay.step() }
        let differences = replay.differences().filter { line in
            !Self.explainedEvents.contains { line.hasPrefix($0.key + ":") }
        }
        #expect(differences == [])
    }

    /// As ``explained``.
    static let explainedEvents = Dictionary(
        uniqueKeysWithValues: [3, 5, 7, 8].map {
            ("connection 1, stream 3, message \($0)", "the events of one change come in any order")
        }
    )
}
