// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// All operations of the model, called by the official SDK.
@Suite("Python SDK", .timeLimit(.minutes(1)))
struct PythonSDKTests {
    /// Where the answer is something else than the operation's response.
    private static let classicErrors = [
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

    private static let liteErrors = ["ValidateAuthorizationToken": "UnauthorizedError"]

    private static func expected(_ operation: String, _ dialect: Dialect) -> String {
        switch dialect {
        case .classic: classicErrors[operation] ?? operation + "Response"
        case .lite where !servedByLite.contains(operation): "ServiceError"
        case .lite: liteErrors[operation] ?? operation + "Response"
        }
    }

    private static let events: [String: JSONValue] = [
        "SubscribeToTopic": ["binaryMessage": ["message": "aGVsbG8=", "context": ["topic": "a/b"]]],
        "SubscribeToConfigurationUpdate": [
            "configurationUpdateEvent": ["componentName": .string(PythonSDK.component), "keyPath": ["port"]]
        ],
        "SubscribeToIoTCoreConnectionStatus": ["connectionStatusEvent": ["status": "CONNECTED"]],
    ]

    @Test("The list has every operation once")
    func list() throws {
        let listed = try PythonSDK.requests().compactMap { $0[0]?.stringValue }
        #expect(listed.sorted() == OperationDescriptor.all.map(\.name).map(Self.short).sorted())
    }

    private static func short(_ name: String) -> String { name.split(separator: "#").last.map(String.init) ?? name }

    @Test(
        "Each operation answers either client as that nucleus does",
        arguments: Dialect.allCases,
        PythonSDK.Client.allCases
    )
    func answers(dialect: Dialect, client: PythonSDK.Client) async throws {
        let (outcomes, findings) = try await PythonSDK.run(client, on: dialect, configuration: ["port": 80])
        let requested = try PythonSDK.requests().compactMap { $0[0]?.stringValue }
        #expect(outcomes.map(\.operation) == requested)
        for outcome in outcomes {
            #expect(outcome.type == Self.expected(outcome.operation, dialect), "\(outcome.line)")
            guard outcome.operation.hasPrefix("Subscribe"), outcome.type.hasSuffix("Response") else { continue }
            #expect(outcome.sawEnd, "\(outcome.line)")
            if let event = Self.events[outcome.operation] { #expect(outcome.event == event, "\(outcome.line)") }
        }
        let message = try #require(outcomes.first { $0.operation == "SubscribeToIoTCore" }?.event?["message"])
        #expect(message["topicName"] == "m/n" && message["payload"] == "aGVsbG8=")
        #expect(findings.isEmpty)
    }

    @Test("What a component has no right to is an UnauthorizedError", arguments: Dialect.allCases)
    func denied(dialect: Dialect) async throws {
        let configuration: JSONValue = ["port": 80, "accessControl": [:]]
        let (outcomes, _) = try await PythonSDK.run(.v2, on: dialect, configuration: configuration)
        let types = Dictionary(outcomes.map { ($0.operation, $0.type) }) { first, _ in first }
        for operation in [
            "SubscribeToTopic", "PublishToTopic", "SubscribeToIoTCore", "PublishToIoTCore", "RestartComponent",
        ] {
            #expect(types[operation] == "UnauthorizedError", "\(operation)")
        }
        #expect(types["GetConfiguration"] == "GetConfigurationResponse")
    }
}
