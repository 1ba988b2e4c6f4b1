// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC

@testable import GreengrassIPCTesting

// What official clients did with the plugins of a real nucleus.
extension FidelityScenario {
    static var plugins: [Self] { [cli, shadow, secret, deploymentEvents] }

    private static let denied = "com.example.Denied"
    private static let narrow = "com.example.Narrow"
    private static let commandLine = "greengrass-cli#user-0"
    private static let tiny = "com.example.Tiny"

    private static let allOfPlugins: JSONValue = .object(
        Dictionary(
            uniqueKeysWithValues: [
                "aws.greengrass.Cli", "aws.greengrass.clientdevices.Auth", "aws.greengrass.ShadowManager",
                "aws.greengrass.SecretManager", "aws.greengrass.ipc.pubsub", "aws.greengrass.ipc.mqttproxy",
                "aws.greengrass.ipc.lifecycle",
            ].map { ($0, ["all": ["operations": ["*"], "resources": ["*"]]]) }
        )
    )

    /// A component that may see one shadow and one secret.
    private static let little: JSONValue = [
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

    private static func withPlugins(_ name: String, _ tokens: [String: String]) -> Self {
        FidelityScenario(
            name: name,
            tokens: tokens,
            configurations: [probe: ["accessControl": allOfPlugins], narrow: ["accessControl": little]],
            hasPlugins: true
        )
    }

    private static var shadow: Self {
        var shadow = withPlugins(
            "classic-shadow",
            ["CPRK3SWQRNRHDLGV": probe, "121VJWGD327PDUJK": denied, "P1XAV22LC121FNF7": narrow]
        )
        let state = #"{"state":{"desired":{"a":"\#(String(repeating: "x", count: 40_000))"}}}"#
        let request = #"{"thingName":"Big40000","payload":"\#(Base64.encode(Array(state.utf8)))"}"#
        shadow.substitutes = [53_626: ClientFrame.call(66, "UpdateThingShadow", request)]
        return shadow
    }

    private static var secret: Self {
        var secret = withPlugins(
            "classic-secret",
            ["1E2GREABPMBU21LS": probe, "PXKRSK22XWHRPAEK": denied, "DMSRTVD7K3G1E6VX": narrow]
        )
        secret.setUp = { nucleus, _ in
            let (first, second) = ("11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222")
            let (old, new) = (#"{"user":"admin","password":"old"}"#, #"{"user":"admin","password":"new"}"#)
            nucleus.secrets.set(
                SimulatedSecret(
                    name: "known-string",
                    versions: [
                        .init(id: second, stages: ["AWSCURRENT"], value: .string(new)),
                        .init(id: first, stages: ["AWSPREVIOUS"], value: .string(old)),
                    ]
                )
            )
            nucleus.secrets.set(
                SimulatedSecret(
                    name: "known-binary",
                    versions: [.init(id: second, stages: ["AWSCURRENT"], value: .binary([0, 1, 2, 0xFE, 0xFF]))]
                )
            )
            nucleus.secrets.set(SimulatedSecret(name: "unreachable", versions: []))
        }
        return secret
    }

    private static var cli: Self {
        var cli = withPlugins(
            "classic-cli",
            ["1MP3CD4S1BGD0UJF": probe, "RDKTHGGSCGMF6JZQ": denied, "QNLHR1JX144B0FRS": commandLine]
        )
        cli.stimuli = [
            // A user that does not exist breaks the component, and one that does mends it.
            Stimulus(connection: 5, milliseconds: 29_985, action: .setState(.broken, of: tiny)),
            Stimulus(connection: 5, milliseconds: 34_030, action: .setState(.running, of: tiny)),
            // Installing a component takes longer than the session: like one that only the cloud has.
            Stimulus(connection: 5, milliseconds: 57_244, action: .broker(.lost)),
            // The plugin restarts, and the token of whoever uses it is another.
            Stimulus(connection: 7, milliseconds: 1500, action: .newToken("S74Z5MDATA0D0666", of: commandLine)),
            Stimulus(connection: 8, milliseconds: 0, action: .broker(.connected)),
        ]
        cli.setUp = { nucleus, session in
            nucleus.forgetRightsOfCommandLines()
            nucleus.secrets.set(SimulatedSecret(name: "known-string", .string("x")))
            nucleus.deployments.pace = DeploymentPace(queue: .milliseconds(400), finish: .milliseconds(650))
            nucleus.deployments.artifactStore = "/gg/data/gg2/packages/artifacts"
            nucleus.deployments.directoryExists = { $0.hasPrefix("/gg/") || $0.hasPrefix("/etc/") }
            nucleus.deployments.isWellFormed = { !$0.hasPrefix("/gg/data/work/bad/") }
            let available = [
                SimulatedComponent(name: tiny, configuration: ["n": 1, "s": "x"]),
                SimulatedComponent(name: "com.example.Crash", state: .broken),
            ]
            for component in available { nucleus.deployments.available[component.name] = component }
            let id = "71a82231-317c-43da-8849-f703ed079ad8"
            var earlier = Deployment(
                id: id,
                validationID: "",
                isLocal: true,
                created: 0,
                plan: .init(),
                stage: .finished,
                report: DeploymentReport(id: id, status: .succeeded)
            )
            earlier.report.detailedStatus = "SUCCESSFUL"
            nucleus.deployments.add(earlier)
            nucleus.takeComponents(from: session)
        }
        return cli
    }

    /// From the seventh connection on deployments come from the cloud.
    private static var deploymentEvents: Self {
        var events = withPlugins("classic-deployment-events", ["LJ1T6XST2VKJSHZ0": probe])
        events.setUp = { nucleus, session in
            nucleus.deployments.pace = DeploymentPace(queue: .milliseconds(300), finish: .milliseconds(1200))
            var configuration: JSONValue = ["Setting": ["text": "hello", "number": 7], "leaf": "a"]
            configuration = configuration.with(firstAccessControl(of: session), at: ["accessControl"])
            nucleus.setComponent(probe, token: "LJ1T6XST2VKJSHZ0", configuration: configuration, access: .configured)
            nucleus.setComponent(denied, token: "no one's", configuration: [:], access: .configured)
            nucleus.deployments.available[probe] = SimulatedComponent(name: probe, version: "1.0.1")
        }
        events.stimuli = [
            cloud(1, at: 100), cloud(2, at: 9000), cloud(3, at: 14_500), cloud(4, at: 22_500), cloud(5, at: 31_000),
            cloud(6, at: 36_000), cloud(7, at: 39_500, notifies: false), cloud(nil, at: 49_000), cloud(nil, at: 53_000),
            Stimulus(connection: 7, milliseconds: 58_000, action: .cancelDeployment), cloud(9, at: 75_000),
            cloud(10, at: 84_400),
            Stimulus(
                connection: 9,
                milliseconds: 5000,
                action: .deploy(SimulatedDeployment(timeout: .seconds(5), restartsNucleus: true))
            ),
            Stimulus(connection: 9, milliseconds: 39_000, action: .restart),
        ]
        return events
    }

    /// A deployment that merges `cloud-N`, or changes nothing.
    private static func cloud(_ number: Int?, at milliseconds: Double, notifies: Bool = true) -> Stimulus {
        let deployment = SimulatedDeployment(
            component: probe,
            merge: number.map { ["leaf": .string("cloud-\($0)")] },
            notifyComponents: notifies,
            timeout: .seconds(5)
        )
        return Stimulus(connection: 7, milliseconds: milliseconds, action: .deploy(deployment))
    }

    /// What the component of a session may do, as the first validation shows it.
    private static func firstAccessControl(of session: RecordedSession) -> JSONValue? {
        session.answers.lazy.compactMap { $0["validateConfigurationUpdateEvent"]?["configuration"]?["accessControl"] }
            .first
    }
}

extension NucleusMachine {
    /// Takes the components and configurations that the real one told of first.
    fileprivate mutating func takeComponents(from session: RecordedSession) {
        for component in session.answers.lazy.compactMap({ $0["components"]?.arrayValue }).first ?? [] {
            guard let name = component["componentName"]?.stringValue else { continue }
            configurations.replace(name, with: [:], time: 0)
            if let configuration = component["configuration"] {
                _ = configurations.deploy(configuration, at: [], of: name, now: 0)
            }
            readAccessControl(of: name)
            guard name.hasPrefix("com.example.") else { continue }
            components.set(.init(name: name, version: "1.0.0", state: .running))
        }
    }
}

extension RecordedSession {
    /// What the server sent that is JSON.
    fileprivate var answers: [JSONValue] {
        entries.compactMap { entry in
            guard entry.sender == .server, case .message(let bytes) = entry.content, let message = decode(bytes) else {
                return nil
            }
            return try? JSONValue(jsonBytes: message.payload)
        }
    }
}
