// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

@Suite("Lifecycle and other small services", .timeLimit(.minutes(1)))
struct LifecycleTests {
    @Test("States are remembered", arguments: Dialect.allCases)
    func states(dialect: Dialect) {
        var harness = Harness(dialect)
        let connection = harness.login()
        for (stream, state) in [(Int32(1), "RUNNING"), (2, "ERRORED"), (3, "SOMETHING")] {
            let answer = harness.send(
                ClientFrame.call(stream, "UpdateState", #"{"state":"\#(state)"}"#),
                on: connection
            )
            #expect(answer.first?.shape == (stream == 3 ? "ServiceError" : "UpdateStateResponse"))
        }
        #expect(harness.nucleus.stateReports.map(\.state) == [.running, .errored])
    }

    @Test("The connection's state is told at once and whenever it changes", arguments: Dialect.allCases)
    func connectionStatus(dialect: Dialect) {
        var harness = Harness(dialect)
        let connection = harness.login()
        let subscribe = ClientFrame.call(1, "SubscribeToIoTCoreConnectionStatus")
        let events = harness.send(subscribe, on: connection)
        #expect(
            events.map(\.shape) == ["SubscribeToIoTCoreConnectionStatusResponse", "IoTCoreConnectionStatusEvent"]
        )
        #expect(events.last?.payload == #"{"connectionStatusEvent":{"status":"CONNECTED"}}"#)
        harness.setBrokerState(.lost)
        harness.setBrokerState(.neverConnected)
        harness.setBrokerState(.connected)
        let told = harness.take(connection).map { $0.json?["connectionStatusEvent"]?["status"] }
        #expect(told == ["DISCONNECTED", "CONNECTED"])
        _ = harness.send(ClientFrame.terminate(1), on: connection)
        harness.setBrokerState(.lost)
        #expect(harness.take(connection) == [])

        harness.nucleus.servesConnectionStatus = false
        let refused = harness.send(ClientFrame.call(2, "SubscribeToIoTCoreConnectionStatus"), on: connection).first
        #expect(refused?.type == 1 && refused?.shape == (dialect == .classic ? nil : "ServiceError"))
    }

    @Test("Pausing needs a policy, a name and a component")
    func pausing() {
        let policy: JSONValue = [
            "aws.greengrass.ipc.lifecycle": [
                "p": ["operations": ["aws.greengrass#PauseComponent"], "resources": ["com.example.*"]]
            ]
        ]
        var harness = Harness(.classic, configuration: ["accessControl": policy])
        let connection = harness.login()
        for (stream, operation, name, shape) in [
            (Int32(1), "PauseComponent", "com.example.Probe", "PauseComponentResponse"),
            (2, "ResumeComponent", "com.example.Probe", "UnauthorizedError"),
            (3, "PauseComponent", "com.example.Other", "ResourceNotFoundError"),
            (4, "PauseComponent", "org.example", "UnauthorizedError"),
        ] {
            let request = #"{"componentName":"\#(name)"}"#
            #expect(harness.send(ClientFrame.call(stream, operation, request), on: connection).first?.shape == shape)
        }
        #expect(harness.nucleus.pausedComponents == ["com.example.Probe"])
    }

    @Test("Metrics are AWS's own components' business")
    func metrics() {
        var harness = Harness(.classic)
        harness.nucleus.setComponent("aws.greengrass.X", token: "QRSTUVWXYZ234567", configuration: [:])
        let (own, other) = (harness.login(), harness.open())
        _ = harness.send(ClientFrame.connect("QRSTUVWXYZ234567"), on: other)
        let call = ClientFrame.call(
            1,
            "PutComponentMetric",
            #"{"metrics":[{"name":"n","unit":"COUNT","value":2.5}]}"#
        )
        #expect(harness.send(call, on: own).first?.shape == "UnauthorizedError")
        #expect(harness.send(call, on: other).first?.shape == "PutComponentMetricResponse")
        #expect(harness.nucleus.metricRecords.map(\.value) == [2.5])
    }

    @Test("The stream manager may validate tokens, in either nucleus's words", arguments: Dialect.allCases)
    func tokens(dialect: Dialect) {
        var harness = Harness(dialect)
        harness.nucleus.setComponent("aws.greengrass.StreamManager", token: "QRSTUVWXYZ234567", configuration: [:])
        let manager = harness.open()
        _ = harness.send(ClientFrame.connect("QRSTUVWXYZ234567"), on: manager)
        for (stream, request, shape) in [
            (Int32(1), #"{"token":"\#(Harness.token)"}"#, "ValidateAuthorizationTokenResponse"),
            (2, #"{"token":"no such token xx"}"#, "InvalidTokenError"),
            (3, "{}", dialect == .classic ? "InvalidTokenError" : "ServiceError"),
        ] {
            let call = ClientFrame.call(stream, "ValidateAuthorizationToken", request)
            #expect(harness.send(call, on: manager).first?.shape == shape)
        }
        let other = harness.login()
        let call = ClientFrame.call(1, "ValidateAuthorizationToken", #"{"token":"x"}"#)
        #expect(harness.send(call, on: other).first?.shape == "UnauthorizedError")
    }

    @Test("A component without accessControl: nothing as on a real nucleus, everything if the test wants it")
    func withoutAccessControl() {
        for (access, shape) in [
            (AccessPolicy.configured, "UnauthorizedError"), (.everything, "SubscribeToIoTCoreResponse"),
            (.everythingUnlessConfigured, "SubscribeToIoTCoreResponse"),
        ] {
            for dialect in Dialect.allCases {
                var harness = Harness(dialect)
                harness.nucleus.setComponent(
                    Harness.component,
                    token: Harness.token,
                    configuration: ["a": 1],
                    access: access
                )
                let connection = harness.login()
                #expect(harness.send(ClientFrame.subscribe(1, "a"), on: connection).first?.shape == shape)
                let read = harness.send(ClientFrame.call(2, "GetConfiguration"), on: connection)
                #expect(read.first?.shape == "GetConfigurationResponse")
            }
        }
    }

    @Test("Lite reads requests of 255 values and 15 levels at most")
    func liteRequestLimits() {
        var harness = Harness(.lite, configuration: ["a": 1])
        let connection = harness.login()
        let deep = String(repeating: "[", count: 14) + String(repeating: "]", count: 14)
        let wide = "[" + Array(repeating: "1", count: 252).joined(separator: ",") + "]"
        for (stream, extra, shape) in [
            (Int32(1), deep, "GetConfigurationResponse"), (2, "[\(deep)]", "ServiceError"),
            (3, wide.replacing("[1,", with: "["), "GetConfigurationResponse"), (4, "[\(wide),1]", "ServiceError"),
        ] {
            let call = ClientFrame.call(stream, "GetConfiguration", #"{"x":\#(extra)}"#)
            #expect(harness.send(call, on: connection).first?.shape == shape)
        }
    }
}
