// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import Testing

@Suite("ggipc call and subscribe", .timeLimit(.minutes(1)))
struct CallTests {
    private static let component = "com.example.A"

    private static func withNucleus<Result>(
        _ dialect: Dialect = .classic,
        _ body: (NucleusSimulator, [String: String]) async throws -> Result
    ) async throws -> Result {
        let component = SimulatedComponent(name: component, configuration: ["port": 80])
        return try await NucleusSimulator.serving(.init(dialect: dialect, components: [component])) { nucleus in
            try await body(nucleus, nucleus.environment(forComponent: Self.component))
        }
    }

    @Test("A call's response is a line of JSON, whatever the case of the operation", arguments: Dialect.allCases)
    func call(dialect: Dialect) async throws {
        try await Self.withNucleus(dialect) { _, environment in
            for name in ["GetConfiguration", "getconfiguration", "aws.greengrass#GetConfiguration"] {
                let result = try await Tool.run("call", name, #"{"keyPath": ["port"]}"#, environment: environment)
                #expect(result.status == .exited(0), "\(result.errors)")
                #expect(result.lines.count == 1)
                #expect(try JSONValue(jsonText: result.text)["value"] == ["port": 80])
            }
            let input = Array(#"{"keyPath": ["port"]}"#.utf8)
            let piped = try await Tool.run(
                "call",
                "GetConfiguration",
                "-",
                "--pretty",
                input: input,
                environment: environment
            )
            #expect(piped.status == .exited(0) && piped.lines.count > 1)
        }
    }

    @Test("What the nucleus refuses is an error with exit status 1, and nothing on standard output")
    func refused() async throws {
        try await Self.withNucleus { _, environment in
            let result = try await Tool.run(
                "call",
                "GetConfiguration",
                #"{"keyPath": ["nothing"]}"#,
                environment: environment
            )
            #expect(result.status == .exited(1) && result.output.isEmpty)
            #expect(result.errors.hasPrefix("ggipc: aws.greengrass#GetConfiguration: ResourceNotFoundError"))
            var stranger = environment
            stranger["SVCUID"] = "ABCDEFGHIJKLMNOP"
            let denied = try await Tool.run("call", "GetConfiguration", environment: stranger)
            #expect(denied.status == .exited(1))
            #expect(denied.errors.contains("accessDenied") && !denied.errors.contains("ABCDEFGHIJKLMNOP"))
        }
    }

    @Test("Events come one a line, and their number or the time ends it", arguments: Dialect.allCases)
    func subscribe(dialect: Dialect) async throws {
        try await Self.withNucleus(dialect) { nucleus, environment in
            try await EventLoop.with { loop in
                let request = #"{"topicName": "a/+", "qos": "1"}"#
                let arguments = ["subscribe", "SubscribeToIoTCore", request]
                let tool = try await RunningTool.start(
                    arguments + ["--count", "2"],
                    environment: environment,
                    on: loop
                )
                try await nucleus.waitForSubscription(filter: "a/+")
                for topic in ["a/b", "a/c", "a/d"] { await nucleus.publish(topic: topic, payload: [1]) }
                let result = await tool.end()
                #expect(result.status == .exited(0), "\(result.errors)")
                let topics = try result.lines.map { try JSONValue(jsonText: $0)["message"]?["topicName"]?.stringValue }
                #expect(topics == ["a/b", "a/c"])

                try await nucleus.waitForNoSubscription(filter: "a/+")
                let stopped = try await RunningTool.start(arguments, environment: environment, on: loop)
                try await nucleus.waitForSubscription(filter: "a/+")
                #expect(await stopped.stop().status == .exited(0))

                let late = arguments + ["--count", "1", "--timeout", "1"]
                let over = try await RunningTool.start(late, environment: environment, on: loop).end()
                #expect(over.status == .exited(1))
                #expect(over.errors.contains("the time is over, and there were not 1 events"))
            }
        }
    }

    @Test(
        "What cannot be asked is told without a nucleus",
        arguments: [
            (["call"], 2, "OPERATION is missing"),
            (["call", "GetConfigration"], 2, "unknown operation 'GetConfigration'; did you mean GetConfiguration?"),
            (["call", "GetConfiguration", "{"], 2, "the request is not JSON"),
            (["call", "GetConfiguration", "[]"], 2, "the request is a JSON object"),
            (["call", "SubscribeToTopic"], 2, "ggipc subscribe SubscribeToTopic"),
            (["subscribe", "GetConfiguration"], 2, "ggipc call GetConfiguration"),
            (["subscribe", "SubscribeToTopic", "--count", "0"], 2, "--count takes a number from 1"),
            (["call", "GetConfiguration"], 1, "FILEPATH_FOR_COMPONENT is not set: give --socket PATH"),
            (["call", "GetConfiguration", "--socket", "/x"], 1, "SVCUID is not set"),
        ] as [([String], Int32, String)]
    )
    func unusable(arguments: [String], status: Int32, complaint: String) async throws {
        try await EventLoop.with { loop in
            let result = try await RunningTool.start(arguments, on: loop).end()
            #expect(result.status == .exited(status))
            #expect(result.errors.contains(complaint), "\(result.errors)")
        }
    }
}
