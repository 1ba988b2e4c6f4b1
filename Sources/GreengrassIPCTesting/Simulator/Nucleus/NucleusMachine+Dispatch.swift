// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

// Which service takes which call.
extension NucleusMachine {
    /// What a call of this operation is answered with before its request is looked at; `nil` if it is served.
    func refusal(of operation: Operation, _ name: String) -> Reply? {
        if operation == .subscribeToIoTCoreConnectionStatus, !servesConnectionStatus {
            return .unknownOperation(name)
        }
        switch dialect {
        case .lite: return operation.isServedByLite ? nil : unserved(name)
        case .classic:
            guard let plugin = operation.plugin else { return nil }
            return plugins.contains(plugin) ? nil : unserved(name)
        }
    }

    /// The answer to an operation that is known, but that nobody serves.
    func unserved(_ operation: String) -> Reply {
        .failure(.service, dialect == .classic ? ClassicText.unsupported(operation) : nil)
    }

    /// Serves a call whose request is an object.
    mutating func serve(
        _ operation: Operation,
        _ call: ServiceCall,
        _ request: Request,
        from connection: ConnectionID
    ) {
        switch operation {
        case .getConfiguration: answer(call, with: getConfiguration(call, request), on: connection)
        case .publishToIoTCore: publishToIoTCore(call, request, from: connection)
        case .subscribeToIoTCore: subscribeToIoTCore(call, request, from: connection)
        case .publishToTopic: publishToTopic(call, request, from: connection)
        case .subscribeToTopic: subscribeToTopic(call, request, from: connection)
        case .updateConfiguration: updateConfiguration(call, request, from: connection)
        case .subscribeToConfigurationUpdate: subscribeToConfigurationUpdate(call, request, from: connection)
        case .updateState: answer(call, with: updateState(call, request), on: connection)
        case .pauseComponent: answer(call, with: pauseOrResume(call, request, pausing: true), on: connection)
        case .resumeComponent: answer(call, with: pauseOrResume(call, request, pausing: false), on: connection)
        case .putComponentMetric: answer(call, with: putComponentMetric(call, request), on: connection)
        case .validateAuthorizationToken:
            answer(call, with: validateAuthorizationToken(call, request), on: connection)
        case .subscribeToIoTCoreConnectionStatus: subscribeToConnectionStatus(call, from: connection)
        // Updates of components and of configurations, asked for and reported.
        case .subscribeToComponentUpdates, .deferComponentUpdate, .subscribeToValidateConfigurationUpdates,
            .sendConfigurationValidityReport:
            answer(call, with: unserved(call.operation), on: connection)
        // Components and local deployments.
        case .cancelLocalDeployment, .createDebugPassword, .createLocalDeployment, .getComponentDetails,
            .getLocalDeploymentStatus, .listComponents, .listLocalDeployments, .restartComponent, .stopComponent:
            answer(call, with: unserved(call.operation), on: connection)
        // Shadows, secrets, client devices.
        case .deleteThingShadow, .getThingShadow, .listNamedShadowsForThing, .updateThingShadow, .getSecretValue,
            .authorizeClientDeviceAction, .getClientDeviceAuthToken, .subscribeToCertificateUpdates,
            .verifyClientDeviceIdentity:
            answer(call, with: unserved(call.operation), on: connection)
        }
    }

    /// A stream is over: no service has anything more to tell it.
    mutating func forgetStream(_ stream: StreamKey) {
        pendingCalls[stream] = nil
        heldBack[stream] = nil
        broker.unsubscribe(stream, now: now)
        localBroker.unsubscribe(stream)
        configurationWatches.remove(stream)
        connectionStatusStreams.removeAll { $0 == stream }
    }

    /// A connection is over, and with it all its streams.
    mutating func forgetStreams(of connection: ConnectionID) {
        broker.connectionClosed(connection, now: now)
        localBroker.connectionClosed(connection)
        configurationWatches.remove(of: connection)
        connectionStatusStreams.removeAll { $0.connection == connection }
        if !pendingCalls.isEmpty { pendingCalls = pendingCalls.filter { $0.key.connection != connection } }
        if !heldBack.isEmpty { heldBack = heldBack.filter { $0.key.connection != connection } }
    }
}
