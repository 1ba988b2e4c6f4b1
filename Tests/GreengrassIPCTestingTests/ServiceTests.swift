// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

@Suite("Services", .timeLimit(.minutes(1)))
struct ServiceTests {
    static let configuration: JSONValue = [
        "Setting": ["text": "hello", "number": 7], "leaf": "value", "list": [1, "two", 3.5, true],
        "container": ["inner": 1, "other": "x", "yes": true, "float": 1.0],
    ]

    struct Case: Sendable, CustomTestStringConvertible {
        var dialect: Dialect
        var operation: String
        var request: String
        /// The shape without its namespace; `nil` where a reply has none.
        var shape: String?
        var payload: String

        init(_ dialect: Dialect, _ operation: String, _ request: String, _ shape: String?, _ payload: String) {
            self.dialect = dialect
            self.operation = operation
            self.request = request
            self.shape = shape
            self.payload = payload
        }

        var testDescription: String { "\(dialect) \(operation) \(request)" }

        static func classicError(_ code: String, _ text: String) -> String {
            #"{"message":"\#(text)","_service":"aws.greengrass#GreengrassCoreIPC","_message":"\#(text)","#
                + #""_errorCode":"\#(code)"}"#
        }

        static func liteError(_ code: String, _ text: String) -> String {
            #"{"_message":"\#(text)","_errorCode":"\#(code)"}"#
        }
    }

    private static func classic(_ operation: String, _ request: String, _ code: String, _ text: String) -> Case {
        Case(.classic, operation, request, code, Case.classicError(code, text))
    }

    private static func lite(_ operation: String, _ request: String, _ code: String, _ text: String) -> Case {
        Case(.lite, operation, request, code, Case.liteError(code, text))
    }

    static let cases: [Case] = [
        Case(.classic, "NoSuchThing", "{}", nil, unsupported("NoSuchThing")),
        Case(.classic, "getconfiguration", "{}", nil, unsupported("getconfiguration")),
        lite("NoSuchThing", "{}", "ServiceError", ""),
        classic(
            "ListComponents",
            "{",
            "ServiceError",
            "Operation aws.greengrass#ListComponents is not supported by Greengrass"
        ),
        lite("ListComponents", "{}", "ServiceError", ""),
        Case(.classic, "GetConfiguration", "{", nil, "InternalServerError"),
        Case(.classic, "GetConfiguration", "[]", nil, "InternalServerError"),
        Case(.classic, "GetConfiguration", #"{"keyPath":"a"}"#, nil, "InternalServerError"),
        lite("GetConfiguration", "{", "ServiceError", ""),
        lite("GetConfiguration", #"{"keyPath":null}"#, "ServiceError", "Received invalid parameters."),
        response(.classic, #"{"keyPath":["leaf"]}"#, #"{"leaf":"value"}"#),
        response(.classic, #"{"keyPath":["LEAF"]}"#, #"{"leaf":"value"}"#),
        response(.classic, #"{"keyPath":["container"]}"#, #"{"float":1.0,"inner":1,"other":"x","yes":true}"#),
        response(.classic, #"{"keyPath":["container","inner"]}"#, #"{"inner":1}"#),
        response(.classic, #"{"keyPath":["list"]}"#, #"{"list":[1,"two",3.5,true]}"#),
        response(.lite, #"{"keyPath":["Setting","number"]}"#, #"{"number":7}"#),
        classic("GetConfiguration", #"{"keyPath":["nope"]}"#, "ResourceNotFoundError", "Key not found"),
        classic("GetConfiguration", #"{"keyPath":[1]}"#, "ResourceNotFoundError", "Key not found"),
        classic("GetConfiguration", #"{"keyPath":["leaf","x"]}"#, "ResourceNotFoundError", "Key not found"),
        classic(
            "GetConfiguration",
            #"{"componentName":"no.such","keyPath":[]}"#,
            "ResourceNotFoundError",
            "Key not found"
        ),
        lite("GetConfiguration", #"{"keyPath":["LEAF"]}"#, "ResourceNotFoundError", "Key not found."),
        classic("SubscribeToIoTCore", #"{"qos":"1"}"#, "InvalidArgumentsError", "Topic is required"),
        classic("SubscribeToIoTCore", #"{"topicName":"a/b"}"#, "InvalidArgumentsError", "QoS is required"),
        classic(
            "SubscribeToIoTCore",
            #"{"topicName":"a/b","qos":"7"}"#,
            "InvalidArgumentsError",
            "Invalid QoS value: 7"
        ),
        Case(.classic, "SubscribeToIoTCore", #"{"topicName":"a/b","qos":1}"#, "SubscribeToIoTCoreResponse", "{}"),
        Case(.lite, "SubscribeToIoTCore", #"{"topicName":"a/b"}"#, "SubscribeToIoTCoreResponse", "{}"),
        lite("SubscribeToIoTCore", #"{"qos":"1"}"#, "ServiceError", "Received invalid parameters."),
        lite("SubscribeToIoTCore", #"{"topicName":"a","qos":"7"}"#, "ServiceError", "'qos' not a valid value."),
        classic("PublishToIoTCore", #"{"topicName":"a","qos":"1"}"#, "InvalidArgumentsError", "Payload is required"),
        classic("PublishToIoTCore", #"{"topicName":"a","payload":""}"#, "InvalidArgumentsError", "QoS is required"),
        classic(
            "PublishToIoTCore",
            #"{"topicName":"a/+","qos":"1","payload":"aGk="}"#,
            "ServiceError",
            #"Publish to topic a/+ failed: Publish topics must not contain wildcard characters of "#
                + #"\u0027#\u0027 or \u0027+\u0027"#
        ),
        Case(.classic, "PublishToIoTCore", #"{"topicName":"a","qos":"1","payload":"***"}"#, nil, "InternalServerError"),
        Case(
            .classic,
            "PublishToIoTCore",
            #"{"topicName":"a","qos":"1","payload":""}"#,
            "PublishToIoTCoreResponse",
            "{}"
        ),
        Case(.lite, "PublishToIoTCore", #"{"topicName":"a"}"#, "PublishToIoTCoreResponse", "{}"),
    ]

    private static func unsupported(_ name: String) -> String {
        #"{ "error": "Unsupported Operation", "message": "aws.greengrass#\#(name) is an unsupported operation." }"#
    }

    private static func response(_ dialect: Dialect, _ request: String, _ value: String) -> Case {
        let payload = #"{"componentName":"com.example.Probe","value":\#(value)}"#
        return Case(dialect, "GetConfiguration", request, "GetConfigurationResponse", payload)
    }

    @Test("Request and answer", arguments: cases)
    func answer(_ expected: Case) {
        var harness = Harness(expected.dialect, configuration: Self.configuration)
        harness.nucleus.plugins = []
        let connection = harness.login()
        let events = harness.send(ClientFrame.call(1, expected.operation, expected.request), on: connection)
        #expect(events.count == 1)
        #expect(events.first?.shape == expected.shape)
        #expect(events.first?.payload == expected.payload)
    }

    @Test("An empty or null request")
    func nullRequest() {
        for payload in ["", "null"] {
            var harness = Harness(.classic)
            let connection = harness.login()
            let events = harness.send(ClientFrame.call(1, "GetConfiguration", payload), on: connection)
            #expect(events.first?.shape == "ServiceError")
            #expect(events.first?.json?["message"]?.stringValue?.hasPrefix("Cannot invoke") == true)
        }
    }

    @Test("Calls are remembered, and nulls and integer timestamps found")
    func remembered() {
        var harness = Harness(.classic)
        let connection = harness.login()
        let request = #"{"keyPath":["a"],"timestamp":1,"valueToMerge":{"b":null},"componentName":null}"#
        _ = harness.send(ClientFrame.call(1, "UpdateConfiguration", request), on: connection)
        #expect(harness.nucleus.calls.map(\.operation) == ["UpdateConfiguration"])
        #expect(harness.nucleus.calls.first?.request["keyPath"] == ["a"])
        #expect(harness.nucleus.findings.map(\.rule) == [.nullMember, .integerTimestamp])
        #expect(harness.nucleus.findings.first?.detail == "member componentName")
    }

    @Test("A policy decides, in each nucleus's words", arguments: Dialect.allCases)
    func policy(dialect: Dialect) {
        let policy: JSONValue = [
            "aws.greengrass.ipc.mqttproxy": [
                "p": [
                    "operations": ["aws.greengrass#SubscribeToIoTCore"],
                    "resources": ["$aws/things/+/tunnels/notify"],
                ]
            ]
        ]
        var harness = Harness(dialect, configuration: ["accessControl": policy])
        let connection = harness.login()
        let allowed = harness.send(ClientFrame.subscribe(1, "$aws/things/MyThing/tunnels/notify"), on: connection)
        #expect(allowed.first?.shape == "SubscribeToIoTCoreResponse")
        let text = dialect == .classic ? "Not Authorized" : "IPC Operation not authorized."
        for (stream, filter) in [(Int32(2), "#"), (3, "$aws/things/a/b/tunnels/notify"), (4, "")] {
            let refused = harness.send(ClientFrame.subscribe(stream, filter), on: connection).first
            #expect(refused?.shape == "UnauthorizedError")
            #expect(refused?.json?["_message"]?.stringValue == text)
        }
        let publish = #"{"topicName":"$aws/things/MyThing/tunnels/notify","qos":"0","payload":""}"#
        let refused = harness.send(ClientFrame.call(5, "PublishToIoTCore", publish), on: connection).first
        #expect(refused?.shape == "UnauthorizedError")
    }

    @Test(
        "How a resource is matched",
        arguments: [
            ("*", "a/b", true), ("a/*", "a/b/c", true), ("a/+", "a/b", true), ("a/+", "a/b/c", false),
            ("a/#", "a/b/c", true), ("#", "#", true), ("a/+", "a/#", false), ("a/+/c", "a/+/c", true),
            ("a/b", "a/b", true), ("a/b", "a/c", false), ("a*c/d", "abbc/d", true), ("*", "", false),
            ("$aws/things/{iot:thingName}/x", "$aws/things/T/x", false), ("a+", "ab", false),
        ]
    )
    func resources(pattern: String, resource: String, matches: Bool) {
        #expect(ResourcePattern.matches(pattern, resource) == matches)
    }

    @Test("The thing's name is put into policies only when the nucleus interpolates")
    func interpolation() {
        let policy: JSONValue = ["s": ["p": ["operations": ["*"], "resources": ["t/{iot:thingName}/x"]]]]
        #expect(!AccessControl(policy, thingName: nil).allows("s", "o", on: "t/MyThing/x"))
        #expect(AccessControl(policy, thingName: "MyThing").allows("s", "o", on: "t/MyThing/x"))
    }
}
