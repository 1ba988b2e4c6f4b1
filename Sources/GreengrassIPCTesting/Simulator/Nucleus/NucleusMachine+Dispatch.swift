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
        if let refusal = refusalOfCommandLine(operation, request) {
            return answer(call, with: refusal, on: connection)
        }
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
        case .subscribeToComponentUpdates:
            subscribeToComponentUpdates(call, from: request.component, on: connection)
        case .deferComponentUpdate: deferComponentUpdate(call, request, from: connection)
        case .subscribeToValidateConfigurationUpdates:
            subscribeToValidateConfigurationUpdates(call, from: request.component, on: connection)
        case .sendConfigurationValidityReport: sendConfigurationValidityReport(call, request, from: connection)
        default: serveOfPlugin(operation, call, request, from: connection)
        }
    }

    private mutating func serveOfPlugin(
        _ operation: Operation,
        _ call: ServiceCall,
        _ request: Request,
        from connection: ConnectionID
    ) {
        let reply: Reply
        switch operation {
        case .getThingShadow: return serveShadow(.get, call, request, from: connection)
        case .updateThingShadow: return serveShadow(.update, call, request, from: connection)
        case .deleteThingShadow: return serveShadow(.delete, call, request, from: connection)
        case .listNamedShadowsForThing: reply = listNamedShadows(call, request)
        case .getSecretValue: reply = getSecretValue(call, request)
        case .listComponents: reply = listComponents(call, from: request.component)
        case .getComponentDetails: reply = getComponentDetails(call, request)
        case .restartComponent: reply = restartComponent(call, request)
        case .stopComponent: reply = stopComponent(call, request)
        case .createDebugPassword: reply = createDebugPassword(call, from: request.component)
        case .createLocalDeployment: reply = createLocalDeployment(call, request)
        case .cancelLocalDeployment: reply = cancelLocalDeployment(call, request)
        case .getLocalDeploymentStatus: reply = getLocalDeploymentStatus(call, request)
        case .listLocalDeployments: reply = listLocalDeployments(call, from: request.component)
        case .subscribeToCertificateUpdates: return subscribeToCertificateUpdates(call, request, from: connection)
        case .verifyClientDeviceIdentity: reply = verifyClientDeviceIdentity(call, request)
        case .getClientDeviceAuthToken: reply = getClientDeviceAuthToken(call, request)
        case .authorizeClientDeviceAction: reply = authorizeClientDeviceAction(call, request)
        default: reply = unserved(call.operation)
        }
        answer(call, with: reply, on: connection)
    }

    /// The answer to a call without a request that is worth the name; `nil` if the operation needs none.
    func nullReply(_ operation: Operation) -> Reply? {
        guard dialect == .classic else { return .failure(.service, nil) }
        switch operation {
        case .createDebugPassword, .listComponents, .listLocalDeployments, .subscribeToComponentUpdates,
            .subscribeToValidateConfigurationUpdates:
            return nil
        default: break
        }
        switch operation.plugin {
        case nil, .cli?: return .failure(.service, ClassicText.nullRequest(operation))
        case .some: return .internalServerError
        }
    }

    /// A stream is over: no service has anything more to tell it.
    mutating func forgetStream(_ stream: StreamKey) {
        pendingCalls[stream] = nil
        heldBack[stream] = nil
        deafStreams.remove(stream)
        broker.unsubscribe(stream, now: now)
        localBroker.unsubscribe(stream)
        configurationWatches.remove(stream)
        deployments.forget(stream)
        clientDevices.forget { $0 == stream }
        connectionStatusStreams.removeAll { $0 == stream }
    }

    /// A connection is over, and with it all its streams.
    mutating func forgetStreams(of connection: ConnectionID) {
        broker.connectionClosed(connection, now: now)
        localBroker.connectionClosed(connection)
        configurationWatches.remove(of: connection)
        deployments.forget(connection)
        clientDevices.forget { $0.connection == connection }
        connectionStatusStreams.removeAll { $0.connection == connection }
        if !pendingCalls.isEmpty { pendingCalls = pendingCalls.filter { $0.key.connection != connection } }
        if !deafStreams.isEmpty { deafStreams = deafStreams.filter { $0.connection != connection } }
        if !heldBack.isEmpty { heldBack = heldBack.filter { $0.key.connection != connection } }
    }
}
