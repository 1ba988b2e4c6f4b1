// SPDX-License-Identifier: Apache-2.0

/// An operation that a nucleus may serve, with its name without the namespace.
enum Operation: String, Sendable, CaseIterable {
    case authorizeClientDeviceAction = "AuthorizeClientDeviceAction"
    case cancelLocalDeployment = "CancelLocalDeployment"
    case createDebugPassword = "CreateDebugPassword"
    case createLocalDeployment = "CreateLocalDeployment"
    case deferComponentUpdate = "DeferComponentUpdate"
    case deleteThingShadow = "DeleteThingShadow"
    case getClientDeviceAuthToken = "GetClientDeviceAuthToken"
    case getComponentDetails = "GetComponentDetails"
    case getConfiguration = "GetConfiguration"
    case getLocalDeploymentStatus = "GetLocalDeploymentStatus"
    case getSecretValue = "GetSecretValue"
    case getThingShadow = "GetThingShadow"
    case listComponents = "ListComponents"
    case listLocalDeployments = "ListLocalDeployments"
    case listNamedShadowsForThing = "ListNamedShadowsForThing"
    case pauseComponent = "PauseComponent"
    case publishToIoTCore = "PublishToIoTCore"
    case publishToTopic = "PublishToTopic"
    case putComponentMetric = "PutComponentMetric"
    case restartComponent = "RestartComponent"
    case resumeComponent = "ResumeComponent"
    case sendConfigurationValidityReport = "SendConfigurationValidityReport"
    case stopComponent = "StopComponent"
    case subscribeToCertificateUpdates = "SubscribeToCertificateUpdates"
    case subscribeToComponentUpdates = "SubscribeToComponentUpdates"
    case subscribeToConfigurationUpdate = "SubscribeToConfigurationUpdate"
    case subscribeToIoTCore = "SubscribeToIoTCore"
    case subscribeToIoTCoreConnectionStatus = "SubscribeToIoTCoreConnectionStatus"
    case subscribeToTopic = "SubscribeToTopic"
    case subscribeToValidateConfigurationUpdates = "SubscribeToValidateConfigurationUpdates"
    case updateConfiguration = "UpdateConfiguration"
    case updateState = "UpdateState"
    case updateThingShadow = "UpdateThingShadow"
    case validateAuthorizationToken = "ValidateAuthorizationToken"
    case verifyClientDeviceIdentity = "VerifyClientDeviceIdentity"

    /// By full name.
    static let named = Dictionary(uniqueKeysWithValues: allCases.map { (modelNamespace + $0.rawValue, $0) })

    /// The name without its namespace, whether in the model or not.
    static func shortName(_ operation: String) -> String {
        if let known = named[operation] { return known.rawValue }
        return operation.hasPrefix(modelNamespace) ? String(operation.dropFirst(modelNamespace.count)) : operation
    }

    /// The plugin without which the classic nucleus does not serve this; `nil` for what it serves itself.
    var plugin: NucleusPlugin? {
        switch self {
        case .cancelLocalDeployment, .createDebugPassword, .createLocalDeployment, .getComponentDetails,
            .getLocalDeploymentStatus, .listComponents, .listLocalDeployments, .restartComponent, .stopComponent:
            .cli
        case .deleteThingShadow, .getThingShadow, .listNamedShadowsForThing, .updateThingShadow: .shadowManager
        case .getSecretValue: .secretManager
        case .authorizeClientDeviceAction, .getClientDeviceAuthToken, .subscribeToCertificateUpdates,
            .verifyClientDeviceIdentity:
            .clientDeviceAuth
        default: nil
        }
    }

    /// Whether lite serves this.
    var isServedByLite: Bool {
        switch self {
        case .createLocalDeployment, .getConfiguration, .publishToIoTCore, .publishToTopic, .restartComponent,
            .subscribeToConfigurationUpdate, .subscribeToIoTCore, .subscribeToIoTCoreConnectionStatus,
            .subscribeToTopic, .updateConfiguration, .updateState, .validateAuthorizationToken:
            true
        default: false
        }
    }
}
