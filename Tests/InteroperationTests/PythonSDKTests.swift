// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// All operations of the model, called by the official SDK.
@Suite("Python SDK", .timeLimit(.minutes(1)))
struct PythonSDKTests {
    /// What comes of the second call of an operation, which nobody should make.
    private static let refusals = [
        "DeferComponentUpdate": "InvalidArgumentsError",
        "SendConfigurationValidityReport": "InvalidArgumentsError",
        "PutComponentMetric": "UnauthorizedError",
        "AuthorizeClientDeviceAction": "InvalidClientDeviceAuthTokenError",
        "ValidateAuthorizationToken": "UnauthorizedError",
        "GetLocalDeploymentStatus": "InvalidArgumentsError",
        "CancelLocalDeployment": "InvalidArgumentsError",
    ]

    /// What lite serves; it answers all the rest with a ServiceError.
    private static let servedByLite: Set = [
        "CreateLocalDeployment", "GetConfiguration", "PublishToIoTCore", "PublishToTopic", "RestartComponent",
        "SubscribeToConfigurationUpdate", "SubscribeToIoTCore", "SubscribeToIoTCoreConnectionStatus",
        "SubscribeToTopic", "UpdateConfiguration", "UpdateState", "ValidateAuthorizationToken",
    ]

    private static func expected(_ operation: String, isFirst: Bool, _ dialect: Dialect) -> String? {
        if dialect == .lite, !servedByLite.contains(operation) { return "ServiceError" }
        return isFirst ? operation + "Response" : refusals[operation]
    }

    @Test("The list has every operation")
    func list() throws {
        let listed = Set(try PythonSDK.steps().flatMap(\.reported))
        #expect(
            listed.sorted()
                == OperationDescriptor.all.map { String($0.name.trimmingPrefix("aws.greengrass#")) }.sorted()
        )
    }

    @Test(
        "Each operation answers either client as that nucleus does",
        arguments: Dialect.allCases,
        PythonSDK.Client.allCases
    )
    func answers(dialect: Dialect, client: PythonSDK.Client) async throws {
        let run = try await PythonSDK.run(client, on: dialect)
        #expect(run.outcomes.map(\.operation) == (try PythonSDK.steps().flatMap(\.reported)))
        var seen: Set<String> = []
        for outcome in run.outcomes {
            let isFirst = seen.insert(outcome.operation).inserted
            #expect(outcome.type == Self.expected(outcome.operation, isFirst: isFirst, dialect), "\(outcome.line)")
            guard outcome.operation.hasPrefix("Subscribe"), outcome.type.hasSuffix("Response") else { continue }
            #expect(outcome.sawEnd, "\(outcome.line)")
        }
        #expect(run.findings.isEmpty)
    }

    private static func events(
        of operation: String,
        _ dialect: Dialect,
        _ client: PythonSDK.Client
    ) async throws -> [JSONValue] {
        try await PythonSDK.run(client, on: dialect).outcomes.first { $0.operation == operation }?.events ?? []
    }

    @Test("Events come with the values that were sent", arguments: Dialect.allCases, PythonSDK.Client.allCases)
    func events(dialect: Dialect, client: PythonSDK.Client) async throws {
        let component = JSONValue.string(PythonSDK.component)
        #expect(
            try await Self.events(of: "SubscribeToTopic", dialect, client)
                == [["binaryMessage": ["message": "aGVsbG8=", "context": ["topic": "a/b"]]]]
        )
        #expect(
            try await Self.events(of: "SubscribeToConfigurationUpdate", dialect, client)
                == [["configurationUpdateEvent": ["componentName": component, "keyPath": ["port"]]]]
        )
        #expect(
            try await Self.events(of: "SubscribeToIoTCoreConnectionStatus", dialect, client)
                == [["connectionStatusEvent": ["status": "CONNECTED"]]]
        )
        let message = try #require(try await Self.events(of: "SubscribeToIoTCore", dialect, client).first?["message"])
        #expect(message["topicName"] == "m/n" && message["payload"] == "aGVsbG8=")
    }

    @Test("A deployment asks before it updates, and is answered", arguments: PythonSDK.Client.allCases)
    func deployments(client: PythonSDK.Client) async throws {
        let run = try await PythonSDK.run(client, on: .classic)
        let cloud = try #require(run.deployments.first)
        let id = JSONValue.string(cloud.id)
        #expect(
            try await Self.events(of: "SubscribeToComponentUpdates", .classic, client) == [
                ["preUpdateEvent": ["deploymentId": id, "isGgcRestarting": false]],
                ["postUpdateEvent": ["deploymentId": id]],
            ]
        )
        #expect(cloud.updateAnswers == [PythonSDK.component: [.ready]])

        let local = try #require(run.deployments.dropFirst().first)
        let configuration: JSONValue = ["port": 81, "other": 1, "deployed": true, "validated": 1.5]
        #expect(
            try await Self.events(of: "SubscribeToValidateConfigurationUpdates", .classic, client) == [
                [
                    "validateConfigurationUpdateEvent": [
                        "configuration": configuration, "deploymentId": .string(local.id),
                    ]
                ]
            ]
        )
        #expect(local.validityAnswers == [PythonSDK.component: .accepted])
        #expect(
            run.metrics.map { "\($0.component) \($0.name) \($0.unit) \($0.value)" }
                == ["aws.greengrass.StreamManager m COUNT 1.5"]
        )
    }

    @Test("Answers to questions that need an earlier answer", arguments: PythonSDK.Client.allCases)
    func identifiers(client: PythonSDK.Client) async throws {
        let run = try await PythonSDK.run(client, on: .classic)
        func response(_ operation: String) -> JSONValue? {
            run.outcomes.first { $0.operation == operation }?.response
        }
        #expect(response("AuthorizeClientDeviceAction") == ["isAuthorized": true])
        #expect(response("ValidateAuthorizationToken") == ["isValid": true])
        let id = response("CreateLocalDeployment")?["deploymentId"]
        #expect(id != nil)
        #expect(response("GetLocalDeploymentStatus")?["deployment"]?["deploymentId"] == id)
        #expect(response("CancelLocalDeployment")?["message"]?.stringValue?.isEmpty == false)
    }

    @Test("What a component has no right to is an UnauthorizedError", arguments: Dialect.allCases)
    func denied(dialect: Dialect) async throws {
        let run = try await PythonSDK.run(.v2, on: dialect, isAllowed: false)
        let types = Dictionary(run.outcomes.map { ($0.operation, $0.type) }) { first, _ in first }
        for operation in [
            "SubscribeToTopic", "PublishToTopic", "SubscribeToIoTCore", "PublishToIoTCore", "RestartComponent",
        ] {
            #expect(types[operation] == "UnauthorizedError", "\(operation)")
        }
        #expect(types["GetConfiguration"] == "GetConfigurationResponse")
    }
}
