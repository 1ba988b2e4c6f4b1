// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

// What a component has to say when it, or its configuration, is about to be updated.
extension NucleusMachine {
    static let componentUpdateEvents = modelNamespace + "ComponentUpdatePolicyEvents"
    static let validateConfigurationEvents = modelNamespace + "ValidateConfigurationUpdateEvents"

    mutating func subscribeToComponentUpdates(_ call: ServiceCall, from component: String, on connection: ConnectionID)
    {
        answer(call, with: .success(call.operation, keepsStreamOpen: true), on: connection)
        deployments.updateStreams.append((StreamKey(connection: connection, stream: call.stream), component))
    }

    mutating func subscribeToValidateConfigurationUpdates(
        _ call: ServiceCall,
        from component: String,
        on connection: ConnectionID
    ) {
        answer(call, with: .success(call.operation, keepsStreamOpen: true), on: connection)
        deployments.validationStreams.append((StreamKey(connection: connection, stream: call.stream), component))
    }

    /// The answer to a preUpdateEvent.
    mutating func deferComponentUpdate(_ call: ServiceCall, _ request: Request, from connection: ConnectionID) {
        guard let id = request.text("deploymentId")?.value else {
            return answer(call, with: .failure(.invalidArguments, DeploymentText.deferWithoutID), on: connection)
        }
        guard deployments.updateStreams.contains(where: { $0.component == request.component }) else {
            return answer(call, with: .failure(.invalidArguments, DeploymentText.notSubscribed), on: connection)
        }
        guard let current = deployments.current, deployments.deployments[current].id == id,
            case .notifying(var notices, let until) = deployments.deployments[current].stage,
            let open = notices.firstIndex(where: { $0.component == request.component && !$0.isTaken })
        else {
            return answer(call, with: .failure(.service, DeploymentText.tooLate), on: connection)
        }
        notices[open].isTaken = true
        notices[open].answer =
            switch request.integer("recheckAfterMs") {
            case nil: .incomplete
            case let milliseconds? where milliseconds > 0: .deferred(.milliseconds(milliseconds))
            default: .ready
            }
        deployments.deployments[current].stage = .notifying(notices, until: until)
        answer(call, with: .success(call.operation), on: connection)
        advanceDeployments()
    }

    /// The answer to a validateConfigurationUpdateEvent.
    mutating func sendConfigurationValidityReport(
        _ call: ServiceCall,
        _ request: Request,
        from connection: ConnectionID
    ) {
        guard case .object(let members)? = request.members["configurationValidityReport"] else {
            let text =
                "Cannot invoke \"software.amazon.awssdk.aws.greengrass.model.ConfigurationValidityReport"
                + ".getDeploymentId()\" because the return value of \"software.amazon.awssdk.aws.greengrass.model"
                + ".SendConfigurationValidityReportRequest.getConfigurationValidityReport()\" is null"
            return answer(call, with: .failure(.service, text), on: connection)
        }
        let report = Request(dialect: dialect, component: request.component, members: members)
        guard let id = report.text("deploymentId")?.value else {
            return answer(call, with: .failure(.invalidArguments, DeploymentText.reportWithoutID), on: connection)
        }
        guard let current = deployments.current, deployments.deployments[current].validationID == id,
            case .validating(let asked, let until) = deployments.deployments[current].stage,
            asked.contains(request.component)
        else {
            return answer(call, with: .failure(.invalidArguments, DeploymentText.reportNotAsked), on: connection)
        }
        // A status that the nucleus does not know is none to it, and whatever is not REJECTED counts as accepted.
        deployments.deployments[current].report.validityAnswers[request.component] =
            report.text("status")?.value == "REJECTED"
            ? .rejected(message: report.text("message")?.value) : .accepted
        deployments.deployments[current].stage = .validating(asked.filter { $0 != request.component }, until: until)
        answer(call, with: .success(call.operation), on: connection)
        advanceDeployments()
    }

    /// Tells every stream of component updates that something begins; nobody may be there.
    mutating func sendPreUpdateEvents(of deployment: Deployment) -> [Deployment.Notice] {
        let event: JSONValue = [
            "preUpdateEvent": [
                "deploymentId": .string(deployment.id), "isGgcRestarting": .bool(deployment.plan.restartsNucleus),
            ]
        ]
        sendToUpdateStreams(event)
        return deployments.updateStreams.map { Deployment.Notice(stream: $0.stream, component: $0.component) }
    }

    mutating func sendPostUpdateEvents(of deployment: Deployment) {
        sendToUpdateStreams(["postUpdateEvent": ["deploymentId": .string(deployment.id)]])
    }

    private mutating func sendToUpdateStreams(_ event: JSONValue) {
        var json = JSONWriter(escaping: dialect.escaping)
        json.any(event)
        for (stream, _) in deployments.updateStreams {
            sendEvent(Self.componentUpdateEvents, json: json.bytes, on: stream)
        }
    }

    mutating func sendValidateEvent(_ configuration: JSONValue, of deployment: Deployment, on stream: StreamKey) {
        var json = JSONWriter(escaping: dialect.escaping)
        json.beginObject()
        json.memberName("validateConfigurationUpdateEvent")
        json.beginObject()
        json.memberName("configuration")
        json.configuration(configuration, dialect)
        json.text("deploymentId", deployment.validationID)
        json.endObject()
        json.endObject()
        sendEvent(Self.validateConfigurationEvents, json: json.bytes, on: stream)
    }
}
