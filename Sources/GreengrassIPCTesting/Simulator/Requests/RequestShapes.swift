// SPDX-License-Identifier: Apache-2.0

extension Operation {
    /// The members of this operation's request. Others are ignored.
    var members: [String: MemberKind] { Self.shapes[self] ?? [:] }

    private static let shapes = Dictionary(uniqueKeysWithValues: allCases.map { ($0, shape(of: $0)) })

    private static func shape(of operation: Operation) -> [String: MemberKind] {
        switch operation {
        case .getConfiguration, .subscribeToConfigurationUpdate:
            ["componentName": .text, "keyPath": .list(.text)]
        case .updateConfiguration: ["keyPath": .list(.text), "timestamp": .timestamp, "valueToMerge": .document]
        case .sendConfigurationValidityReport:
            [
                "configurationValidityReport": .structure(["status": .text, "deploymentId": .text, "message": .text])
            ]
        case .publishToIoTCore, .subscribeToIoTCore, .publishToTopic, .subscribeToTopic: publishing(operation)
        case .getComponentDetails, .pauseComponent, .restartComponent, .resumeComponent, .stopComponent:
            ["componentName": .text]
        case .updateState: ["state": .text]
        case .deferComponentUpdate: ["deploymentId": .text, "message": .text, "recheckAfterMs": .integer]
        case .putComponentMetric:
            ["metrics": .list(.structure(["name": .text, "unit": .text, "value": .double]))]
        case .validateAuthorizationToken: ["token": .text]
        case .createLocalDeployment: localDeployment
        case .cancelLocalDeployment, .getLocalDeploymentStatus: ["deploymentId": .text]
        case .createDebugPassword, .listComponents, .listLocalDeployments, .subscribeToComponentUpdates,
            .subscribeToIoTCoreConnectionStatus, .subscribeToValidateConfigurationUpdates:
            [:]
        default: ofPlugins(operation)
        }
    }

    private static func publishing(_ operation: Operation) -> [String: MemberKind] {
        let context = MemberKind.structure(["topic": .text])
        return switch operation {
        case .publishToIoTCore:
            [
                "topicName": .text, "qos": .text, "payload": .blob, "retain": .bool,
                "userProperties": .list(.structure(["key": .text, "value": .text])),
                "messageExpiryIntervalSeconds": .integer, "correlationData": .blob, "responseTopic": .text,
                "payloadFormat": .text, "contentType": .text,
            ]
        case .subscribeToIoTCore: ["topicName": .text, "qos": .text]
        case .subscribeToTopic: ["topic": .text, "receiveMode": .text]
        default:
            [
                "topic": .text,
                "publishMessage": .union([
                    "jsonMessage": .structure(["message": .document, "context": context]),
                    "binaryMessage": .structure(["message": .blob, "context": context]),
                ]),
            ]
        }
    }

    private static let localDeployment: [String: MemberKind] = [
        "groupName": .text, "rootComponentVersionsToAdd": .map(.text), "rootComponentsToRemove": .list(.text),
        "componentToConfiguration": .map(.document),
        "componentToRunWithInfo": .map(
            .structure([
                "posixUser": .text, "windowsUser": .text,
                "systemResourceLimits": .structure(["memory": .integer, "cpus": .double]),
            ])
        ),
        "recipeDirectoryPath": .text, "artifactsDirectoryPath": .text, "failureHandlingPolicy": .text,
    ]

    private static func ofPlugins(_ operation: Operation) -> [String: MemberKind] {
        switch operation {
        case .deleteThingShadow, .getThingShadow: ["thingName": .text, "shadowName": .text]
        case .updateThingShadow: ["thingName": .text, "shadowName": .text, "payload": .blob]
        case .listNamedShadowsForThing: ["thingName": .text, "nextToken": .text, "pageSize": .integer]
        case .getSecretValue: ["secretId": .text, "versionId": .text, "versionStage": .text, "refresh": .bool]
        case .authorizeClientDeviceAction: ["clientDeviceAuthToken": .text, "operation": .text, "resource": .text]
        case .getClientDeviceAuthToken:
            [
                "credential": .union([
                    "mqttCredential": .structure([
                        "clientId": .text, "certificatePem": .text, "username": .text, "password": .text,
                    ])
                ])
            ]
        case .subscribeToCertificateUpdates: ["certificateOptions": .structure(["certificateType": .text])]
        case .verifyClientDeviceIdentity: ["credential": .union(["clientDeviceCertificate": .text])]
        default: [:]
        }
    }
}
