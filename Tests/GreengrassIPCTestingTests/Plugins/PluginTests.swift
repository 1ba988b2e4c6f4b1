// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

/// What the recordings do not have: client devices, states over time, lite, and the simulator's own interface.
@Suite("Plugins", .timeLimit(.minutes(1)))
struct PluginTests {
    static let devices: [(String, String, String, String?)] = [
        ("SubscribeToCertificateUpdates", "{}", "InvalidArgumentsError", nil),
        (
            "SubscribeToCertificateUpdates", #"{"certificateOptions":{"certificateType":"CLIENT"}}"#,
            "InvalidArgumentsError", nil
        ),
        ("VerifyClientDeviceIdentity", "{}", "InvalidArgumentsError", nil),
        (
            "VerifyClientDeviceIdentity", #"{"credential":{"clientDeviceCertificate":"known"}}"#,
            "VerifyClientDeviceIdentityResponse", #"{"isValidClientDevice":true}"#
        ),
        (
            "VerifyClientDeviceIdentity", #"{"credential":{"clientDeviceCertificate":"other"}}"#,
            "VerifyClientDeviceIdentityResponse", #"{"isValidClientDevice":false}"#
        ),
        ("GetClientDeviceAuthToken", "{}", "InvalidArgumentsError", nil),
        (
            "GetClientDeviceAuthToken", #"{"credential":{"mqttCredential":{"clientId":"Lamp"}}}"#,
            "InvalidCredentialError", nil
        ),
        ("AuthorizeClientDeviceAction", "{}", "InvalidArgumentsError", nil),
        (
            "AuthorizeClientDeviceAction", #"{"clientDeviceAuthToken":"x","operation":"y","resource":"z"}"#,
            "InvalidClientDeviceAuthTokenError", nil
        ),
    ]

    private static func harness(_ configuration: JSONValue = [:]) -> Harness {
        var harness = Harness(.classic, configuration: configuration)
        harness.nucleus.clientDevices.set(
            SimulatedClientDevice(
                thing: "Lamp",
                certificate: "known",
                permissions: [.init(operations: ["mqtt:publish"], resources: ["mqtt:topic:a/*"])]
            )
        )
        return harness
    }

    @Test("Client devices", arguments: devices)
    func device(operation: String, request: String, shape: String, payload: String?) {
        var harness = Self.harness()
        let connection = harness.login()
        let answer = harness.send(ClientFrame.call(1, operation, request), on: connection)
        #expect(answer.map(\.shape) == [shape])
        if let payload { #expect(answer.first?.payload == payload) }
    }

    @Test("A device's token allows what the device may do")
    func deviceToken() {
        var harness = Self.harness()
        let connection = harness.login()
        let credential = #"{"credential":{"mqttCredential":{"clientId":"Lamp","certificatePem":"known"}}}"#
        let token = harness.send(ClientFrame.call(1, "GetClientDeviceAuthToken", credential), on: connection)
            .first?.json?["clientDeviceAuthToken"]?.stringValue
        var stream: Int32 = 1
        for (operation, resource, isAllowed) in [
            ("mqtt:publish", "mqtt:topic:a/b", true), ("mqtt:publish", "mqtt:topic:b", false),
            ("mqtt:connect", "mqtt:topic:a/b", false), ("nonsense", "nonsense", false),
        ] {
            stream += 1
            let request =
                #"{"clientDeviceAuthToken":"\#(token ?? "")","operation":"\#(operation)","resource":"\#(resource)"}"#
            let answer = harness.send(ClientFrame.call(stream, "AuthorizeClientDeviceAction", request), on: connection)
            #expect(answer.first?.json == ["isAuthorized": .bool(isAllowed)])
        }
    }

    @Test("A stream of certificates keeps its key")
    func certificates() {
        var harness = Self.harness()
        let connection = harness.login()
        let request = #"{"certificateOptions":{"certificateType":"SERVER"}}"#
        let events = harness.send(ClientFrame.call(1, "SubscribeToCertificateUpdates", request), on: connection)
        #expect(events.map(\.shape) == ["SubscribeToCertificateUpdatesResponse", "CertificateUpdateEvent"])
        let first = events.last?.json?["certificateUpdate"]
        harness.renewCertificates()
        let second = harness.take(connection).last?.json?["certificateUpdate"]
        #expect(first?["certificate"]?.stringValue?.hasPrefix("-----BEGIN CERTIFICATE-----\n") == true)
        #expect(first?["caCertificates"]?.arrayValue?.count == 1)
        #expect(first?["privateKey"] == second?["privateKey"])
        #expect(first?["certificate"] != second?["certificate"])
    }

    @Test("Stopping and restarting takes time")
    func lifecycle() {
        var harness = Harness(.classic)
        let connection = harness.login()
        let request = #"{"componentName":"\#(Harness.component)"}"#
        func state() -> SimulatedComponent.State? { harness.nucleus.components[Harness.component]?.state }
        _ = harness.send(ClientFrame.call(1, "StopComponent", request), on: connection)
        harness.advance(.milliseconds(1))
        #expect(state() == .stopping)
        harness.advance(.milliseconds(24))
        #expect(state() == .finished)
        _ = harness.send(ClientFrame.call(2, "RestartComponent", request), on: connection)
        harness.advance(.milliseconds(51))
        #expect(state() == .starting)
        harness.advance(.milliseconds(4))
        #expect(state() == .running)
        #expect(harness.nucleus.nextDeadline == nil)
        _ = harness.send(ClientFrame.call(3, "UpdateState", #"{"state":"ERRORED"}"#), on: connection)
        #expect(state() == .errored)
    }

    @Test(
        "Lite restarts components, in its own words",
        arguments: [
            (#"{"componentName":"com.example.Probe"}"#, "RestartComponentResponse", #"{"restartStatus":"SUCCEEDED"}"#),
            ("{}", "InvalidArgumentsError", nil), (#"{"componentName":"no.such"}"#, "ResourceNotFoundError", nil),
        ] as [(String, String, String?)]
    )
    func liteRestart(request: String, shape: String, payload: String?) {
        var harness = Harness(.lite)
        let connection = harness.login()
        let answer = harness.send(ClientFrame.call(1, "RestartComponent", request), on: connection)
        #expect(answer.first?.shape == shape)
        if let payload { #expect(answer.first?.payload == payload) }
    }

    @Test("Lite serves no plugin's operations; classic does not without the plugin")
    func unserved() {
        for name in ["GetThingShadow", "GetSecretValue", "ListComponents", "VerifyClientDeviceIdentity"] {
            var lite = Harness(.lite)
            let connection = lite.login()
            let answer = lite.send(ClientFrame.call(1, name), on: connection)
            #expect(answer.first?.payload == #"{"_message":"","_errorCode":"ServiceError"}"#)
            var classic = Harness(.classic)
            classic.nucleus.plugins = []
            let other = classic.login()
            let refusal = classic.send(ClientFrame.call(1, name), on: other).first
            #expect(refusal?.json?["message"]?.stringValue?.hasSuffix("is not supported by Greengrass") == true)
        }
    }

    @Test("What a test puts into the simulator, and finds there")
    func simulator() async throws {
        var configuration = NucleusSimulator.Configuration(components: [SimulatedComponent(name: Harness.component)])
        configuration.secrets = [SimulatedSecret(name: "s", .string("hidden"))]
        configuration.shadows = [SimulatedShadow(thing: "Lamp", desired: ["on": true], version: 4)]
        let simulator = try await NucleusSimulator.start(configuration)
        let client = try await WireClient.login(to: simulator, as: Harness.component)
        let secret = await client.call(ClientFrame.call(1, "GetSecretValue", #"{"secretId":"s"}"#))
        #expect(secret.json?["secretValue"]?["secretString"] == "hidden")
        let state = Base64.encode(Array(#"{"state":{"reported":{"on":true}},"version":4}"#.utf8))
        let update = #"{"thingName":"Lamp","payload":"\#(state)"}"#
        #expect(
            await client.call(ClientFrame.call(2, "UpdateThingShadow", update)).shape == "UpdateThingShadowResponse"
        )
        let expected = SimulatedShadow(thing: "Lamp", desired: ["on": true], reported: ["on": true], version: 5)
        #expect(await simulator.shadow(of: "Lamp") == expected)
        _ = await client.call(
            ClientFrame.call(3, "SubscribeToTopic", #"{"topic":"$aws/things/Lamp/shadow/update/delta"}"#)
        )
        try await simulator.updateShadow(of: "Lamp", state: ["desired": ["on": false]])
        #expect(await client.next().shape == "SubscriptionResponseMessage")
        try await simulator.setState(.broken, of: Harness.component)
        #expect(await simulator.state(of: Harness.component) == .broken)
        await #expect(throws: NucleusSimulatorError.self) {
            try await simulator.updateShadow(of: "a b", state: [:])
        }
        #expect("\(SimulatedSecret(name: "s", .string("hidden")))".contains("hidden") == false)
        await simulator.stop()
    }
}
