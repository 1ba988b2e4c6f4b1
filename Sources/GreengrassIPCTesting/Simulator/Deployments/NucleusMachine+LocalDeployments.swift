// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

// The operations of the command line interface's plugin that are about deployments.
extension NucleusMachine {
    mutating func createLocalDeployment(_ call: ServiceCall, _ request: Request) -> Reply {
        let plan: Deployment.Plan
        switch dialect == .classic ? classicPlan(call, request) : litePlan(call, request) {
        case .failure(let refusal): return refusal.reply
        case .success(let valid): plan = valid
        }
        let id = enqueue(plan, isLocal: true)
        var json = JSONWriter(escaping: dialect.escaping)
        json.beginObject()
        json.text("deploymentId", id)
        json.endObject()
        return .success(call.operation, json: json.bytes)
    }

    /// Puts a deployment behind those that are there, and answers its identifier.
    mutating func enqueue(_ plan: Deployment.Plan, isLocal: Bool) -> String {
        let id = DeploymentText.uuid(using: &random)
        let revision = deployments.deployments.count + 1
        let arn = "arn:aws:greengrass:\(secrets.region):123456789012:configuration:thing/\(thingName):\(revision)"
        deployments.add(
            Deployment(
                id: id,
                validationID: isLocal ? id : arn,
                isLocal: isLocal,
                created: timeOfDay,
                plan: plan,
                stage: .queued(until: now + deployments.pace.queue),
                report: DeploymentReport(id: id, status: .queued)
            )
        )
        return id
    }

    func listLocalDeployments(_ call: ServiceCall, from component: String) -> Reply {
        if let text = objection(to: component, Self.cli, call.operation, on: "*") {
            return .failure(.unauthorized, text)
        }
        var json = JSONWriter(escaping: dialect.escaping)
        json.beginObject()
        json.memberName("localDeployments")
        json.beginArray()
        for deployment in deployments.deployments where deployment.isLocal {
            json.beginObject()
            write(deployment, to: &json)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return .success(call.operation, json: json.bytes)
    }

    func getLocalDeploymentStatus(_ call: ServiceCall, _ request: Request) -> Reply {
        let id: String
        switch deploymentID(request) {
        case .failure(let refusal): return refusal.reply
        case .success(let valid): id = valid
        }
        if let text = objection(to: request.component, Self.cli, call.operation, on: id) {
            return .failure(.unauthorized, text)
        }
        guard let index = deployments.index(of: id), deployments.deployments[index].isLocal else {
            return unknownDeployment(id, DeploymentText.notFound)
        }
        let deployment = deployments.deployments[index]
        var json = JSONWriter(escaping: dialect.escaping)
        json.beginObject()
        json.memberName("deployment")
        json.beginObject()
        write(deployment, to: &json)
        writeDetails(of: deployment, to: &json)
        json.endObject()
        json.endObject()
        return .success(call.operation, json: json.bytes)
    }

    /// Only the command line interface may; no policy gives this to a component.
    mutating func cancelLocalDeployment(_ call: ServiceCall, _ request: Request) -> Reply {
        let id: String
        switch deploymentID(request) {
        case .failure(let refusal): return refusal.reply
        case .success(let valid): id = valid
        }
        guard Self.isCommandLine(request.component) else {
            return .failure(.unauthorized, DeploymentText.notRegistered(call.operation))
        }
        guard let index = deployments.index(of: id), deployments.deployments[index].isLocal else {
            return unknownDeployment(id, DeploymentText.unknownToCancel(id))
        }
        let isCanceled = cancel(index)
        var json = JSONWriter(escaping: dialect.escaping)
        json.beginObject()
        json.text("message", isCanceled ? DeploymentText.canceling(id) : DeploymentText.alreadyFinished)
        json.endObject()
        return .success(call.operation, json: json.bytes)
    }

    private func deploymentID(_ request: Request) -> Result<String, Refusal> {
        guard let id = request.text("deploymentId")?.value else {
            return .failure(Refusal(reply: .failure(.service, DeploymentText.nullID)))
        }
        guard DeploymentText.isUUID(id) else {
            return .failure(Refusal(reply: .failure(.invalidArguments, DeploymentText.malformedID)))
        }
        return .success(id)
    }

    private func unknownDeployment(_ id: String, _ text: String) -> Reply {
        .failure(
            ServiceFailure(
                code: .resourceNotFound,
                text: text,
                resourceType: "LocalDeployment",
                resourceName: id,
                isTextSetLate: true
            )
        )
    }

    private func write(_ deployment: Deployment, to json: inout JSONWriter) {
        json.text("deploymentId", deployment.id)
        json.text("status", deployment.report.status.rawValue)
        json.text("createdOn", DeploymentText.date(deployment.created))
    }

    private func writeDetails(of deployment: Deployment, to json: inout JSONWriter) {
        guard deployment.report.status != .queued else { return }
        json.memberName("deploymentStatusDetails")
        json.beginObject()
        if let status = deployment.report.detailedStatus { json.text("detailedDeploymentStatus", status) }
        if let cause = deployment.report.failureCause {
            json.memberName("deploymentErrorStack")
            json.any(.array(deployment.errorStack.map { .string($0) }))
            json.memberName("deploymentErrorTypes")
            json.any(.array(deployment.errorTypes.map { .string($0) }))
            json.text("deploymentFailureCause", cause)
        }
        json.endObject()
    }
}

// What a request asks for.
extension NucleusMachine {
    private struct Refusal: Error {
        var reply: Reply

        init(reply: Reply) { self.reply = reply }

        init(_ code: ServiceFailure.Code, _ text: String) { reply = .failure(code, text) }
    }

    private func classicPlan(_ call: ServiceCall, _ request: Request) -> Result<Deployment.Plan, Refusal> {
        if let text = objection(to: request.component, Self.cli, call.operation, on: "*") {
            return .failure(Refusal(.unauthorized, text))
        }
        var plan = Deployment.Plan()
        if request.text("groupName")?.value?.contains(":") == true {
            return .failure(Refusal(.invalidArguments, DeploymentText.groupWithColon))
        }
        for (component, change) in request.members["componentToConfiguration"]?.objectValue ?? [:] {
            let merge = change["MERGE"]
            if let merge, merge.objectValue == nil, !merge.isNull {
                return .failure(Refusal(.service, DeploymentText.wrongClass("Map")))
            }
            let reset = change["RESET"]
            if let reset, reset.arrayValue == nil, !reset.isNull {
                return .failure(Refusal(.service, DeploymentText.wrongClass("List")))
            }
            plan.changes[component] = Self.change(merge: merge?.withDoubles, reset: reset)
        }
        if let directory = request.text("artifactsDirectoryPath")?.value {
            if isAboveStore(directory) {
                return .failure(Refusal(.invalidArtifactsDirectoryPath, DeploymentText.artifactsAboveStore))
            }
            plan.directories.append(directory)
        }
        if let directory = request.text("recipeDirectoryPath")?.value {
            plan.directories.append(directory)
            plan.recipeDirectory = directory
        }
        plan.additions = (request.members["rootComponentVersionsToAdd"]?.objectValue ?? [:])
            .compactMapValues(\.stringValue)
        plan.removals = request.texts("rootComponentsToRemove") ?? []
        plan.rollsBack = request.text("failureHandlingPolicy")?.value == "ROLLBACK"
        return .success(plan)
    }

    private func isAboveStore(_ directory: String) -> Bool {
        let prefix = directory.hasSuffix("/") ? directory : directory + "/"
        return deployments.artifactStore.hasPrefix(prefix)
    }

    /// Lite takes the changes of a configuration as an object or as the text of one.
    private func litePlan(_ call: ServiceCall, _ request: Request) -> Result<Deployment.Plan, Refusal> {
        var plan = Deployment.Plan()
        for (component, given) in request.members["componentToConfiguration"]?.objectValue ?? [:] {
            guard let change = Self.document(given), change.objectValue != nil,
                let merge = Self.document(change["MERGE"] ?? [:]), let reset = Self.document(change["RESET"] ?? [])
            else { return .failure(Refusal(.service, "Invalid componentToConfiguration value.")) }
            plan.changes[component] = Self.change(merge: merge, reset: reset)
        }
        guard access(of: request.component).allows(Self.cli, call.operation, on: "*") else {
            return .failure(Refusal(.service, LiteText.unauthorized))
        }
        plan.additions = (request.members["rootComponentVersionsToAdd"]?.objectValue ?? [:])
            .compactMapValues(\.stringValue)
        plan.removals = request.texts("rootComponentVersionsToRemove") ?? []
        return .success(plan)
    }

    private static func document(_ value: JSONValue) -> JSONValue? {
        guard case .string(let text) = value else { return value }
        return try? JSONValue(jsonBytes: text.utf8.span)
    }

    private static func change(merge: JSONValue?, reset: JSONValue?) -> SimulatedDeployment.ConfigurationChange {
        .init(
            merge: merge?.objectValue == nil ? nil : merge,
            reset: reset?.arrayValue?.compactMap(\.stringValue) ?? []
        )
    }
}
