// SPDX-License-Identifier: Apache-2.0

/// An operation of the classic nucleus's service model. A name that is not among them has an answer of its own there.
struct Operation: Sendable {
    /// Without the namespace.
    let name: String
    /// Whether the simulator has a service for it.
    let isServed: Bool

    /// By full name.
    static let model: [String: Operation] = Dictionary(
        uniqueKeysWithValues: names.map { (modelNamespace + $0, Operation(name: $0, isServed: served.contains($0))) }
    )

    /// The name without its namespace, whether in the model or not.
    static func shortName(_ operation: String) -> String {
        if let known = model[operation] { return known.name }
        return operation.hasPrefix(modelNamespace) ? String(operation.dropFirst(modelNamespace.count)) : operation
    }

    private static let served: Set<String> = ["GetConfiguration", "PublishToIoTCore", "SubscribeToIoTCore"]

    private static let names = [
        "AuthorizeClientDeviceAction", "CancelLocalDeployment", "CreateDebugPassword", "CreateLocalDeployment",
        "DeferComponentUpdate", "DeleteThingShadow", "GetClientDeviceAuthToken", "GetComponentDetails",
        "GetConfiguration", "GetLocalDeploymentStatus", "GetSecretValue", "GetThingShadow", "ListComponents",
        "ListLocalDeployments", "ListNamedShadowsForThing", "PauseComponent", "PublishToIoTCore", "PublishToTopic",
        "PutComponentMetric", "RestartComponent", "ResumeComponent", "SendConfigurationValidityReport",
        "StopComponent", "SubscribeToCertificateUpdates", "SubscribeToComponentUpdates",
        "SubscribeToConfigurationUpdate", "SubscribeToIoTCore", "SubscribeToTopic",
        "SubscribeToValidateConfigurationUpdates", "UpdateConfiguration", "UpdateState", "UpdateThingShadow",
        "ValidateAuthorizationToken", "VerifyClientDeviceIdentity",
    ]
}
