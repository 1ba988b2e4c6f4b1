// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

/// What a recorded session was made with, and what happened to the nucleus meanwhile.
struct FidelityScenario: Sendable, CustomTestStringConvertible {
    /// The recording's name; it begins with the dialect's.
    var name: String
    /// Components by the tokens that they had: after each start of the nucleus another.
    var tokens: [String: String] = [:]
    var configurations: [String: JSONValue] = [:]
    var brokerState = BrokerState.connected
    var isSupervisionAbsent = false
    /// Whether the nucleus was one with all its plugins.
    var hasPlugins = false
    var stimuli: [Stimulus] = []
    /// What else was on the device.
    var setUp: @Sendable (inout NucleusMachine, RecordedSession) -> Void = { _, _ in }
    /// What a client sent that the recording leaves out, by its size.
    var substitutes: [Int: [UInt8]] = [:]

    /// Something that no client did.
    struct Stimulus: Sendable {
        /// On the clock of this connection.
        var connection = 1
        var milliseconds: Double
        var action: Action
    }

    enum Action: Sendable {
        case broker(BrokerState, keepsSession: Bool = true)
        /// Lite's MQTT daemon restarts.
        case cutStreams
        /// The nucleus ends, and comes back with other tokens.
        case restart
        /// The client closes its half.
        case halfClose
        case publish(BrokerMessage)
        /// How long the broker takes from now on to confirm that a filter is given up.
        case unsubackDelay(Duration)
        /// How a race on this connection ends.
        case race(RaceOutcomes)
        /// A deployment arrives from the cloud.
        case deploy(SimulatedDeployment)
        /// The last one is canceled.
        case cancelDeployment
        case setState(SimulatedComponent.State, of: String)
        case newToken(String, of: String)
    }

    var testDescription: String { name }
    var dialect: Dialect { Recordings.dialect(of: name) }
}

extension FidelityScenario {
    static let probe = "com.example.Probe"

    private static func policy(_ service: String, _ name: String, _ description: String) -> JSONValue {
        ["\(probe):\(name):1": ["operations": ["*"], "policyDescription": .string(description), "resources": ["*"]]]
    }

    private static let everything: JSONValue = [
        "aws.greengrass.Cli": policy("aws.greengrass.Cli", "cli", "cli"),
        "aws.greengrass.ipc.lifecycle": policy("aws.greengrass.ipc.lifecycle", "lifecycle", "lifecycle"),
        "aws.greengrass.ipc.mqttproxy": policy("aws.greengrass.ipc.mqttproxy", "mqttproxy", "everything on MQTT"),
        "aws.greengrass.ipc.pubsub": policy("aws.greengrass.ipc.pubsub", "pubsub", "everything on pubsub"),
        "aws.greengrass.SecretManager": policy("aws.greengrass.SecretManager", "secrets", "secrets"),
        "aws.greengrass.ShadowManager": policy("aws.greengrass.ShadowManager", "shadow", "shadows"),
    ]

    private static let setting: JSONValue = ["text": "hello", "number": 7]

    private static let probeConfiguration: JSONValue = [
        "Setting": setting, "leaf": "value", "list": [1, "two", 3.5, true],
        "container": ["inner": 1, "other": "x", "yes": true, "float": 1.0], "accessControl": everything,
    ]

    private static let nucleus: JSONValue = [
        "awsRegion": "us-east-1", "componentStoreMaxSizeBytes": 10_000_000_000,
        "deploymentPollingFrequencySeconds": 3600, "fipsMode": "false",
        "fleetStatus": ["periodicStatusPublishIntervalSeconds": 86400], "iotCredEndpoint": "localhost",
        "iotDataEndpoint": "localhost", "iotRoleAlias": "", "jvmOptions": "-Dlog.store=FILE -Xmx512m",
        "logging": ["format": "TEXT", "level": "DEBUG"], "mqtt": ["port": 8887, "spooler": [:], "version": "mqtt5"],
        "networkProxy": ["proxy": [:]], "platformOverride": [:],
        "runWithDefault": ["posixShell": "sh", "posixUser": "root:root"], "telemetry": ["enabled": false],
    ]

    private static func probing(_ name: String, _ tokens: [String], _ stimuli: [Stimulus] = []) -> Self {
        FidelityScenario(
            name: name,
            tokens: Dictionary(uniqueKeysWithValues: tokens.map { ($0, probe) }),
            configurations: [
                probe: probeConfiguration, "com.example.Denied": [:], Dialect.classic.nucleusComponent: nucleus,
            ],
            stimuli: stimuli
        )
    }

    private static func mqtt(_ resource: String) -> JSONValue {
        [
            "accessControl": [
                "aws.greengrass.ipc.mqttproxy": [
                    "p:1": ["operations": ["aws.greengrass#SubscribeToIoTCore"], "resources": [.string(resource)]]
                ]
            ]
        ]
    }

    private static let tunnel: JSONValue = [
        "greeting": "hello",
        "accessControl": [
            "aws.greengrass.ipc.mqttproxy": [
                "com.example.Tunnel:mqttproxy:1": [
                    "policyDescription": "Access to the tunnel notify topic",
                    "operations": ["aws.greengrass#SubscribeToIoTCore"],
                    "resources": ["$aws/things/+/tunnels/notify"],
                ]
            ],
            "aws.greengrass.ipc.pubsub": [
                "com.example.Tunnel:pubsub:1": [
                    "policyDescription": "local pubsub",
                    "operations": ["aws.greengrass#PublishToTopic", "aws.greengrass#SubscribeToTopic"],
                    "resources": ["tunnel/*"],
                ]
            ],
        ],
    ]

    private static let notify = "$aws/things/MyThing/tunnels/notify"

    private static func one(_ name: String, _ component: String, _ token: String, _ configuration: JSONValue) -> Self {
        FidelityScenario(name: name, tokens: [token: component], configurations: [component: configuration])
    }

    /// The broker's confirmation came after the new subscription on connections 4, 8 and 13. What was published to the
    /// deaf streams is not in the recording, and made here.
    private static var race: Self {
        var race = one("classic-race", probe, "Q0HE0YWXDH6EJFT4", probeConfiguration)
        let unheard = BrokerMessage(topic: notify, payload: Array("one".utf8))
        race.stimuli = [3, 7, 13].map { connection in
            Stimulus(connection: connection, milliseconds: 10, action: .unsubackDelay(.milliseconds(300)))
        }
        race.stimuli += [4, 8, 14].map { connection in
            Stimulus(connection: connection, milliseconds: 10, action: .unsubackDelay(.zero))
        }
        race.stimuli += [(4, 550), (8, 550), (13, 700)].map { connection, time in
            Stimulus(connection: connection, milliseconds: time, action: .publish(unheard))
        }
        return race
    }

    static var all: [Self] {
        probes + operations + disturbances + plugins
    }

    /// The nucleus ended these connections a moment after it had sent an error; or still knew a stream that had ended.
    private static var races: [Stimulus] {
        [11, 21, 22, 23, 26].map { connection in
            Stimulus(connection: connection, milliseconds: 0, action: .race(.init(answersAfterError: true)))
        } + [Stimulus(connection: 8, milliseconds: 0, action: .race(.init(knowsEndedStreams: true)))]
    }

    private static var probes: [Self] {
        let lite = FidelityScenario(
            name: "lite-probes",
            tokens: [
                "xzDkE/JPjVeFSpyC": "com.example.Tunnel", "A+kuzZVb3bZDGHOF": "com.example.None",
                "Qas7niaA9zwZ94fh": "com.example.Own", "H17NALlPIwNZ3Hwx": "com.example.All",
            ],
            configurations: [
                "com.example.Tunnel": tunnel, "com.example.Own": mqtt(notify), "com.example.All": mqtt("*"),
                Dialect.lite.nucleusComponent: ["iotDataEndpoint": "localhost"],
            ],
            isSupervisionAbsent: true
        )
        return [
            probing(
                "classic-probe-handshake",
                ["DDX1LXQPJH22A4XM"],
                [Stimulus(connection: 29, milliseconds: 3, action: .halfClose)]
            ),
            probing("classic-probe-framing", ["QHCRUM4Y3EDLUYB7", "EHQ1P60CBA172Y6C"]),
            probing("classic-probe-streams", ["EHQ1P60CBA172Y6C", "DDW3NBS1TCZXK1R2"], races),
            probing("classic-probe-requests", ["DDW3NBS1TCZXK1R2"]), lite,
        ]
    }

    private static var operations: [Self] {
        var java = probing("classic-java-operations", ["CD3CJH2FW1WGAG7G"])
        java.configurations[probe] = ["Setting": setting, "accessControl": everything]
        var python = one("lite-python-operations", "com.example.Tunnel", "MkY0gtAivElrol0B", tunnel)
        python.isSupervisionAbsent = true
        let pubSub: JSONValue = [
            "accessControl": [
                "aws.greengrass.ipc.pubsub": ["p:1": ["operations": ["*"], "resources": ["my/topic"]]]
            ]
        ]
        return [
            java, python, one("classic-js-notify", probe, "54FRZM7SHXCRPUEG", probeConfiguration),
            FidelityScenario(name: "classic-js-bad-token"),
            one("classic-js-narrow", "com.example.Narrow", "PYKNZAVEPXPKDMXL", mqtt(notify)),
            one("classic-c-denied", "com.example.Denied", "FCGVMZABN21USXSN", [:]),
            one("lite-python-notify", "com.example.Tunnel", "MkY0gtAivElrol0B", tunnel),
            FidelityScenario(name: "lite-python-bad-token"),
            one("lite-c-publish_to_topic", "com.example.C", "EzjjSQM0w6d1dS2/", pubSub),
        ]
    }

    private static var disturbances: [Self] {
        var offline = one("classic-js-offline", probe, "DSB3JPFSCTDFFKKF", probeConfiguration)
        offline.stimuli = [
            Stimulus(milliseconds: 1000, action: .broker(.lost)),
            Stimulus(milliseconds: 5000, action: .broker(.connected, keepsSession: false)),
        ]
        var boot = one("classic-js-offline-boot", probe, "6RFKZM1FNM2KKSU3", probeConfiguration)
        boot.brokerState = .neverConnected
        boot.stimuli = [Stimulus(milliseconds: 29_000, action: .broker(.connected))]
        var down = one("classic-js-down", probe, "T2DR2KAZFGAYM7E0", probeConfiguration)
        down.stimuli = [Stimulus(milliseconds: 5293, action: .restart)]
        var daemon = one("lite-restart-iotcored", "com.example.Tunnel", "xzDkE/JPjVeFSpyC", tunnel)
        daemon.stimuli = [
            Stimulus(milliseconds: 1000, action: .cutStreams), Stimulus(milliseconds: 1000, action: .broker(.lost)),
            Stimulus(milliseconds: 4000, action: .broker(.connected)),
        ]
        var server = one("lite-restart-ggipcd", "com.example.Tunnel", "xzDkE/JPjVeFSpyC", tunnel)
        server.stimuli = [Stimulus(milliseconds: 815, action: .restart)]
        return [offline, boot, down, race, daemon, server]
    }
}
