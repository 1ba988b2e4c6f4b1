// SPDX-License-Identifier: Apache-2.0

/// Texts of the lite nucleus that components may have learnt to read.
enum LiteText {
    static let unauthorized = "IPC Operation not authorized."
    static let invalidParameters = "Received invalid parameters."
    static let qosInvalid = "'qos' not a valid value."
    static let bindFailed = "Failed to bind the subscription."
    static let publishFailed = "Failed to publish the message."
    static let keyNotFound = "Key not found."
    static let updateFailed = "Failed to update configuration."
    static let protected = "Config update is not allowed for following field [accessControl]"
    static let stateFailed = "Failed to update the lifecycle state."
    static let tokenVerification = "Component does not have access to token verification IPC command."
    static let tokenInvalid = "Invalid token used by stream manager when trying to authorize."
}

/// Texts of the classic nucleus that components may have learnt to read.
enum ClassicText {
    static let unauthorized = "Not Authorized"
    static let keyNotFound = "Key not found"
    static let olderTimestamp = "Proposed timestamp is older than the config's latest modified timestamp"
    static let timestampRequired = "Timestamp is required"
    static let valueRequired = "ValueToMerge is required"
    static let accessControlProtected = "Config update is not allowed for following fields [accessControl]"
    static let publishTopicRequired = "Publish topic must not be null"
    static let publishTopicWildcard = "Publish topic must not contain a wildcard."
    static let subscribeTopicRequired = "Subscribe topic must not be empty"
    static let emptyResource = "Resource cannot be empty"
    static let componentNameRequired = "Component name is required."
    static let tokenUnknown = "Authentication token not found"
    static let tokenMissing = "Invalid authentication token"
    static let topicRequired = "Topic is required"
    static let qosRequired = "QoS is required"
    static let payloadRequired = "Payload is required"
    static let connectFirst =
        "A CONNECT message must be received, and the CONNECT_ACK must be sent in response, before any other "
        + "message-types can be sent on this connection. In addition, only one CONNECT message is allowed on a "
        + "connection."
    static let missingFields =
        "A message was received with missing required fields. Check that your client is sending at least, "
        + ":message-type, :message-flags, and :stream-id"
    static let streamNotAllowed =
        "non-zero stream-id field is only allowed for messages of type APPLICATION_MESSAGE. The stream id max value "
        + "is INT32_MAX."
    static let invalidType = "an invalid value for message-type field was received."
    static let identifierTooHigh =
        "stream-id values must be monotonically incrementing. A new stream-id arrived that was incremented by more "
        + "than 1."
    static let identifierTooLow =
        "stream-id values must be monotonically incrementing. A stream-id arrived that was lower than the last seen "
        + "stream-id."
    static let peerError = "An error occurred on the peer endpoint. This is not likely caused by your endpoint."

    static func invalidQoS(_ value: String) -> String { "Invalid QoS value: \(value)" }

    static func unsupported(_ operation: String) -> String {
        "Operation \(operation) is not supported by Greengrass"
    }

    static func subscribeOffline(_ filter: String) -> String {
        "Subscribe to topic \(filter) failed with error java.util.concurrent.CompletionException: "
            + "software.amazon.awssdk.crt.CrtRuntimeException: Mqtt5 operation failed due to a disconnection event in "
            + "conjunction with the client's offline queue retention policy. "
            + "AWS_ERROR_MQTT5_OPERATION_FAILED_DUE_TO_OFFLINE_QUEUE_POLICY(5156)"
    }

    static func publishOffline(_ topic: String) -> String {
        "Publish to topic \(topic) failed: Device is offline. Dropping QoS 0 message."
    }

    static func spoolFull(_ topic: String) -> String {
        "Publish to topic \(topic) failed: Message spool is full. Message could not be added."
    }

    /// What a handler says that finds no request at all, by what it would have read first.
    static func nullRequest(_ operation: Operation) -> String {
        let getter =
            switch operation {
            case .publishToIoTCore, .subscribeToIoTCore: "getTopicName"
            case .publishToTopic, .subscribeToTopic: "getTopic"
            case .updateConfiguration: "getTimestamp"
            case .updateState: "getState"
            case .sendConfigurationValidityReport: "getConfigurationValidityReport"
            case .deferComponentUpdate, .cancelLocalDeployment, .getLocalDeploymentStatus: "getDeploymentId"
            case .deleteThingShadow, .getThingShadow, .listNamedShadowsForThing, .updateThingShadow: "getThingName"
            case .getSecretValue: "getSecretId"
            case .putComponentMetric: "getMetrics"
            case .validateAuthorizationToken: "getToken"
            case .createLocalDeployment: "getComponentToConfiguration"
            default: "getComponentName"
            }
        let type = "software.amazon.awssdk.aws.greengrass.model.\(operation.rawValue)Request"
        return "Cannot invoke \"\(type).\(getter)()\" because \"request\" is null"
    }

    /// What a handler says that finds a member missing and goes on.
    static func nullMember(_ operation: Operation, _ getter: String, _ invoked: String) -> String {
        let model = "software.amazon.awssdk.aws.greengrass.model."
        return "Cannot invoke \"\(model)\(invoked)()\" because the return value of "
            + "\"\(model)\(operation.rawValue)Request.\(getter)()\" is null"
    }

    /// A refusal where no resource is named.
    static func notAuthorized(_ principal: String, _ service: String, _ operation: String) -> String {
        "Principal \(principal) is not authorized to perform \(service):\(operation) "
    }

    static func notAuthorized(_ principal: String, _ service: String, _ operation: String, _ resource: String) -> String
    {
        "Principal \(principal) is not authorized to perform \(service):\(operation) on resource \(resource)"
    }
}
