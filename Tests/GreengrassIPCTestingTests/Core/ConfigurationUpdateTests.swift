// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

@Suite("Configuration updates", .timeLimit(.minutes(1)))
struct ConfigurationUpdateTests {
    private static let start: Int64 = 1_700_000_000_000
    private static let before = "1600000000.5"
    private static let after = "1800000000.5"

    private func harness(_ dialect: Dialect) -> (Harness, Int) {
        var harness = Harness(dialect, configuration: ["a": ["x": 1, "y": "old"], "leaf": true])
        let connection = harness.login()
        _ = harness.send(ClientFrame.call(1, "SubscribeToConfigurationUpdate", "{}"), on: connection)
        return (harness, connection)
    }

    private static func update(_ stream: Int32, _ path: String, _ value: String, _ time: String = after) -> [UInt8] {
        ClientFrame.call(
            stream,
            "UpdateConfiguration",
            #"{"keyPath":\#(path),"timestamp":\#(time),"valueToMerge":\#(value)}"#
        )
    }

    private static func paths(_ events: [Harness.Event]) -> [String] {
        events.compactMap { event in
            event.json?["configurationUpdateEvent"]?["keyPath"]?.arrayValue?.compactMap(\.stringValue)
                .joined(separator: "/")
        }
    }

    @Test("A merge keeps what it does not name, and tells each leaf: after the answer with classic, before with lite")
    func merging() {
        for dialect in Dialect.allCases {
            var (harness, connection) = harness(dialect)
            let events = harness.send(Self.update(2, #"["a"]"#, #"{"x":2,"new":{"deep":null}}"#), on: connection)
            let leaves = dialect == .classic ? ["a/new/deep", "a/new/deep", "a/x"] : ["a/new/deep", "a/x"]
            #expect(Self.paths(events) == leaves)
            #expect(events.firstIndex { $0.shape == "UpdateConfigurationResponse" } == (dialect == .classic ? 0 : 2))
            #expect(
                harness.nucleus.configurations[Harness.component]
                    == ["a": ["x": 2, "y": "old", "new": ["deep": nil]], "leaf": true]
            )
        }
    }

    @Test("A value that is there already is not told by classic, and is by lite")
    func sameValue() {
        for dialect in Dialect.allCases {
            var (harness, connection) = harness(dialect)
            let events = harness.send(Self.update(2, "[]", #"{"leaf":true}"#), on: connection)
            #expect(Self.paths(events) == (dialect == .classic ? [] : ["leaf"]))
        }
    }

    @Test("An older timestamp: refused by classic, without effect on lite")
    func older() {
        for dialect in Dialect.allCases {
            var (harness, connection) = harness(dialect)
            let events = harness.send(Self.update(2, #"["a"]"#, #"{"x":9}"#, Self.before), on: connection)
            #expect(
                events.map(\.shape)
                    == [dialect == .classic ? "FailedUpdateConditionCheckError" : "UpdateConfigurationResponse"]
            )
            #expect(harness.nucleus.configurations.value(at: ["a", "x"], of: Harness.component) == ["x": 1])
        }
    }

    @Test("What is made where nothing was has classic's own time, lite's has the request's")
    func newPath() {
        for dialect in Dialect.allCases {
            var (harness, connection) = harness(dialect)
            _ = harness.send(Self.update(2, #"["n"]"#, #"{"v":1}"#, Self.before), on: connection)
            let time = harness.nucleus.configurations.node(at: ["n", "v"], of: Harness.component)?.node.modified
            #expect(time == (dialect == .classic ? Self.start : 1_600_000_000_500))
        }
    }

    @Test("Classic: a leaf becomes a container, and names do not mind their case")
    func leafToContainer() {
        var (harness, connection) = harness(.classic)
        let events = harness.send(Self.update(2, #"["LEAF"]"#, #"{"In":1}"#), on: connection)
        #expect(Self.paths(events) == ["leaf", "leaf/In", "leaf/In"])
        #expect(harness.nucleus.configurations.value(at: ["leaf", "in"], of: Harness.component) == ["In": 1])
    }

    @Test("Only what is below a watched path is told")
    func watchedPath() {
        for dialect in Dialect.allCases {
            var (harness, connection) = harness(dialect)
            _ = harness.send(
                ClientFrame.call(2, "SubscribeToConfigurationUpdate", #"{"keyPath":["a","x"]}"#),
                on: connection
            )
            let events = harness.send(Self.update(3, #"["a"]"#, #"{"x":5,"y":"new"}"#), on: connection)
            #expect(events.filter { $0.stream == 2 }.count == 1)
            #expect(events.filter { $0.stream == 1 }.count == 2)
            _ = harness.send(ClientFrame.terminate(1), ClientFrame.terminate(2), on: connection)
            #expect(harness.nucleus.configurationWatches.watches.isEmpty)
        }
    }

    @Test("A path that is not there can be watched with lite only")
    func missingPath() {
        for (dialect, shape) in [
            (Dialect.classic, "ResourceNotFoundError"), (.lite, "SubscribeToConfigurationUpdateResponse"),
        ] {
            var (harness, connection) = harness(dialect)
            let request = #"{"keyPath":["no","such"]}"#
            let answer = harness.send(ClientFrame.call(2, "SubscribeToConfigurationUpdate", request), on: connection)
            #expect(answer.map(\.shape) == [shape])
            let events = harness.send(Self.update(3, #"["no","such"]"#, #"{"v":1}"#), on: connection)
            #expect(events.contains { $0.stream == 2 } == (dialect == .lite))
        }
    }

    @Test(
        "Lite's refusals",
        arguments: [
            #"{"keyPath":["a"],"timestamp":1800000000,"valueToMerge":{"x":1}}"#,
            #"{"keyPath":["a"],"timestamp":"1800000000.0","valueToMerge":{"x":1}}"#,
            #"{"keyPath":["a"],"valueToMerge":{"x":1}}"#, #"{"keyPath":["a"],"timestamp":1.5}"#,
            #"{"keyPath":null,"timestamp":1.5,"valueToMerge":1}"#,
            #"{"keyPath":["accessControl","s"],"timestamp":1.8e9,"valueToMerge":{"x":1}}"#,
            #"{"timestamp":1.8e9,"valueToMerge":{"accessControl":{}}}"#,
        ]
    )
    func liteRefusals(request: String) {
        var (harness, connection) = harness(.lite)
        let answer = harness.send(ClientFrame.call(2, "UpdateConfiguration", request), on: connection)
        #expect(answer.map(\.shape) == ["InvalidArgumentsError"])
    }

    @Test("Lite takes a value of any type, and a leaf's own path")
    func liteLeaf() {
        var (harness, connection) = harness(.lite)
        for (stream, value) in [(Int32(2), "[1,2]"), (3, "7"), (4, "null")] {
            let events = harness.send(Self.update(stream, #"["leaf"]"#, value), on: connection)
            #expect(Self.paths(events) == ["leaf"])
        }
        #expect(harness.nucleus.configurations[Harness.component]?["leaf"] == .null)
    }

    @Test("A deployment replaces what is newer, keeps integers, and changes rights", arguments: Dialect.allCases)
    func deployment(dialect: Dialect) {
        var (harness, connection) = harness(dialect)
        _ = harness.send(Self.update(2, #"["a"]"#, #"{"x":2}"#), on: connection)
        harness.deploy(["a": ["x": 3], "accessControl": [:]])
        #expect(Self.paths(harness.take(connection)) == ["a/x"])
        guard case .integer(3)? = harness.nucleus.configurations[Harness.component]?["a"]?["x"] else {
            Issue.record("not the integer that was deployed")
            return
        }
        let refused = harness.send(ClientFrame.subscribe(3, "a"), on: connection)
        #expect(refused.map(\.shape) == ["UnauthorizedError"])
    }
}
