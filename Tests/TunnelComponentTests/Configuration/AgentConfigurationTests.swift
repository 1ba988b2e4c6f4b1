// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import Testing

@testable import TunnelComponent

@Suite(.timeLimit(.minutes(1)))
struct AgentConfigurationTests {
    @Test(arguments: ["{}", "null", #"{"accessControl":{"a":1},"unknown":[1]}"#, #"{"services":null,"engine":null}"#])
    func `Without values of its own the defaults hold`(_ text: String) throws {
        let found = try AgentConfiguration(JSONValue(jsonText: text))
        #expect(found == AgentConfiguration())
        #expect(found.services.endpoints.mapValues(\.description) == ["PG": "127.0.0.1:9876", "SSH": "127.0.0.1:22"])
        #expect(found.maxConcurrentTunnels == 20)
        #expect(found.tunnelTimeout == .seconds(43_200))
        #expect(found.connectTimeout == .seconds(60))
        #expect(found.resubscribeInterval == .seconds(600))
        #expect(found.logLevel == .info)
    }

    @Test func `All keys are read`() throws {
        let found = try AgentConfiguration(
            JSONValue(
                jsonText: #"""
                    {"services": {"WEB": 8080, "DB": 5432.0, "APP": "/run/app.sock", "S": "22", "SSH": null},
                     "engine": "localproxy", "localproxyPath": "/opt/x/localproxy", "localproxySHA256": "",
                     "destinationClientType": "v1", "endpoint": "proxy.example:8443", "caPath": "/etc/ssl/certs",
                     "allowedRegions": ["eu-central-1"], "maxConcurrentTunnels": "5", "tunnelTimeoutSeconds": 60.0,
                     "connectTimeoutSeconds": "15.0", "resubscribeSeconds": 0, "logLevel": "DEBUG"}
                    """#
            )
        )
        #expect(
            found.services.endpoints.mapValues(\.description) == [
                "PG": "127.0.0.1:9876", "WEB": "127.0.0.1:8080", "DB": "127.0.0.1:5432", "APP": "/run/app.sock",
                "S": "127.0.0.1:22",
            ]
        )
        #expect(found.localproxyPath == "/opt/x/localproxy")
        #expect(found.destinationClientType == .all(.v1))
        #expect(found.endpoint == "proxy.example:8443")
        #expect(found.caPath == "/etc/ssl/certs")
        #expect(found.allowedRegions == ["eu-central-1"])
        #expect(found.maxConcurrentTunnels == 5)
        #expect(found.tunnelTimeout == .seconds(60))
        #expect(found.connectTimeout == .seconds(15))
        #expect(found.resubscribeInterval == nil)
        #expect(found.logLevel == .debug)
    }

    @Test(arguments: [
        (#"{"services": []}"#, "services"), (#"{"services": {"SSH": "10.0.0.1:22"}}"#, "services.SSH"),
        (#"{"services": {"SSH": 0}}"#, "services.SSH"), (#"{"services": {"SSH": 22.5}}"#, "services.SSH"),
        (#"{"services": {"SSH": true}}"#, "services.SSH"), (#"{"services": {"a:b": 22}}"#, "services"),
        (#"{"engine": "native"}"#, "engine"), (#"{"localproxySHA256": "abcd"}"#, "localproxySHA256"),
        (#"{"localproxyPath": "localproxy"}"#, "localproxyPath"), (#"{"localproxyPath": 1}"#, "localproxyPath"),
        (#"{"localproxyPath": "/a\nb"}"#, "localproxyPath"),
        (#"{"endpoint": "wss://x"}"#, "endpoint"), (#"{"endpoint": "x:0"}"#, "endpoint"),
        (#"{"endpoint": "-k"}"#, "endpoint"), (#"{"endpoint": "x:1:2"}"#, "endpoint"),
        (#"{"endpoint": ":1"}"#, "endpoint"),
        (#"{"destinationClientType": "V4"}"#, "destinationClientType"),
        (#"{"destinationClientType": {"SSH": 1}}"#, "destinationClientType.SSH"),
        (#"{"caPath": "certs"}"#, "caPath"), (#"{"allowedRegions": "eu-central-1"}"#, "allowedRegions"),
        (#"{"allowedRegions": ["EU"]}"#, "allowedRegions"), (#"{"maxConcurrentTunnels": 0}"#, "maxConcurrentTunnels"),
        (#"{"maxConcurrentTunnels": "many"}"#, "maxConcurrentTunnels"),
        (#"{"maxConcurrentTunnels": 1.5}"#, "maxConcurrentTunnels"),
        (#"{"tunnelTimeoutSeconds": 43201}"#, "tunnelTimeoutSeconds"),
        (#"{"tunnelTimeoutSeconds": 1e300}"#, "tunnelTimeoutSeconds"),
        (#"{"connectTimeoutSeconds": -1}"#, "connectTimeoutSeconds"),
        (#"{"resubscribeSeconds": "-1"}"#, "resubscribeSeconds"), (#"{"logLevel": "loud"}"#, "logLevel"),
        (#"{"logFormat": "xml"}"#, "logFormat"), (#"{"maxTunnelsPerMinute": 0}"#, "maxTunnelsPerMinute"),
        (#"{"idleTimeoutSeconds": -1}"#, "idleTimeoutSeconds"), (#"{"useWebProxy": "no"}"#, "useWebProxy"),
        (#"{"deferUpdatesSeconds": "long"}"#, "deferUpdatesSeconds"), (#"{"statusFile": "status"}"#, "statusFile"),
        (#"{"statusTopic": "a/#"}"#, "statusTopic"), (#"{"statusDestination": "cloud"}"#, "statusDestination"),
        ("[]", "(all)"),
    ])
    func `A bad value is named with its key`(_ text: String, _ key: String) throws {
        let document = try JSONValue(jsonText: text)
        let error = #expect(throws: ConfigurationError.self) { try AgentConfiguration(document) }
        #expect(error?.key == key)
        #expect(error.map { "\($0)".contains("expected") } == true)
    }

    @Test func `An error says what was found and what is expected`() throws {
        let document = try JSONValue(jsonText: #"{"services": {"SSH": "10.0.0.1:22"}}"#)
        let error = #expect(throws: ConfigurationError.self) { try AgentConfiguration(document) }
        #expect(error?.found == #""10.0.0.1:22""#)
        #expect(error?.expected.contains("loopback") == true)
    }

    @Test func `The client type by service holds when it is the same for all of a tunnel's`() throws {
        let document = try JSONValue(jsonText: #"{"SSH": "V1", "A": "V2", "B": "V2", "C": ""}"#)
        let type = try DestinationClientType(document)
        #expect(type.version(for: ["SSH"]) == .v1)
        #expect(type.version(for: ["A", "B"]) == .v2)
        #expect(type.version(for: ["A", "SSH"]) == nil)
        #expect(type.version(for: ["C"]) == nil)
        #expect(DestinationClientType.all(.v1).version(for: ["A", "B"]) == nil)
        #expect(DestinationClientType.all(.v2).version(for: ["A", "B"]) == .v2)
        #expect(DestinationClientType.automatic.version(for: ["A"]) == nil)
    }
}
