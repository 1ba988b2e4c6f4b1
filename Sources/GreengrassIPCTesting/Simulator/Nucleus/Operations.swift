// SPDX-License-Identifier: Apache-2.0

/// The names that the nuclei know.
enum Operations {
    /// Those of the classic nucleus's service model, without the namespace. A name that is not among them has an
    /// answer of its own there.
    static let model: Set<String> = [
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

    /// The name without its namespace; `nil` if it is of another one.
    static func shortName(_ operation: String) -> String? {
        guard operation.hasPrefix(modelNamespace) else { return nil }
        return String(operation.dropFirst(modelNamespace.utf8.count))
    }
}
