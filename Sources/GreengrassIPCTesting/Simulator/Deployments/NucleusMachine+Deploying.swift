// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

// How a deployment goes on.
extension NucleusMachine {
    private static let notValid = ["COMPONENT_CONFIGURATION_NOT_VALID"]

    /// Does what is due, until nothing is.
    mutating func advanceDeployments() {
        while let current = deployments.current, step(current) {}
        deployments.passFinished()
    }

    /// One step of the deployment whose turn it is; false if there is nothing to do now.
    private mutating func step(_ index: Int) -> Bool {
        let deployment = deployments.deployments[index]
        switch deployment.stage {
        case .queued(let until):
            guard now >= until else { return false }
            deployments.deployments[index].report.status = .inProgress
            begin(index)
        case .notifying(let notices, let until):
            guard notices.allSatisfy(\.isSettled) || now >= until else { return false }
            settle(notices, of: index)
        case .deferred(let until):
            guard now >= until else { return false }
            announce(index)
        case .validating(let asked, let until):
            guard asked.isEmpty || now >= until else { return false }
            judge(asked, of: index)
        case .canceling(let until):
            guard now >= until else { return false }
            if deployment.isAnnounced { sendPostUpdateEvents(of: deployment) }
            deployments.deployments[index].report.status = .canceled
            deployments.deployments[index].stage = .finished
        case .finishing(let outcome, let until):
            guard now >= until else { return false }
            finish(index, outcome)
        case .stuck, .finished: return false
        }
        return true
    }

    private mutating func begin(_ index: Int) {
        forgetRightsOfCommandLines()
        let plan = deployments.deployments[index].plan
        switch obstacle(to: plan) {
        case .stuck?: deployments.deployments[index].stage = .stuck
        case .failure(let outcome)?: conclude(index, outcome)
        case nil:
            if plan.notifiesComponents { announce(index) } else { validate(index) }
        }
    }

    private enum Obstacle {
        case stuck
        case failure(Deployment.Outcome)
    }

    private func obstacle(to plan: Deployment.Plan) -> Obstacle? {
        for directory in plan.directories where !directory.hasPrefix("/") || !deployments.directoryExists(directory) {
            let cause = DeploymentText.copyFailed + directory
            return .failure(.failed(errors: ["IO_ERROR", "IO_WRITE_ERROR"], types: ["DEVICE_ERROR"], cause: cause))
        }
        guard dialect == .classic else { return nil }
        if let recipe = malformedRecipe(of: plan) {
            let cause = DeploymentText.copyFailed + DeploymentText.malformedRecipe(recipe)
            let errors = ["IO_ERROR", "IO_WRITE_ERROR", "IO_MAPPING_ERROR"]
            return .failure(.failed(errors: errors, types: ["DEVICE_ERROR"], cause: cause))
        }
        for (name, version) in plan.additions.sorted(by: { $0.key < $1.key }) {
            guard DeploymentText.isVersion(version) else {
                let cause = DeploymentText.malformedVersion(version)
                let errors = ["COMPONENT_VERSION_NOT_VALID"]
                return .failure(.failed(errors: errors, types: ["COMPONENT_RECIPE_ERROR"], cause: cause))
            }
            if components[name]?.version == version || deployments.available[name]?.version == version { continue }
            // Only the cloud could tell whether there is such a version.
            guard broker.state == .connected else { return .stuck }
            let errors = ["NO_AVAILABLE_COMPONENT_VERSION", "COMPONENT_VERSION_REQUIREMENTS_NOT_MET"]
            let cause = DeploymentText.noVersion(name, version)
            return .failure(.failed(errors: errors, types: ["REQUEST_ERROR"], cause: cause))
        }
        return nil
    }

    /// Only those of the components that are asked for are looked at, where the real one reads all that is there.
    private func malformedRecipe(of plan: Deployment.Plan) -> String? {
        guard let directory = plan.recipeDirectory else { return nil }
        return plan.additions.sorted { $0.key < $1.key }.map { "\(directory)/\($0)-\($1).json" }
            .first { !deployments.isWellFormed($0) }
    }

    /// Asks the components whether now is a good time.
    private mutating func announce(_ index: Int) {
        let deployment = deployments.deployments[index]
        let notices = sendPreUpdateEvents(of: deployment)
        deployments.deployments[index].isAnnounced = true
        deployments.deployments[index].stage = .notifying(notices, until: now + deployment.plan.timeout)
    }

    private mutating func settle(_ notices: [Deployment.Notice], of index: Int) {
        var longest = Duration.zero
        for notice in notices {
            deployments.deployments[index].report.updateAnswers[notice.component, default: []].append(notice.answer)
            if case .deferred(let time) = notice.answer { longest = max(longest, time) }
        }
        if longest > .zero {
            deployments.deployments[index].stage = .deferred(until: now + longest)
        } else if deployments.deployments[index].plan.restartsNucleus {
            finish(index, .success)
        } else {
            validate(index)
        }
    }

    /// Lets the components look at their new configurations.
    private mutating func validate(_ index: Int) {
        let deployment = deployments.deployments[index]
        var asked: [String] = []
        for (component, change) in deployment.plan.changes.sorted(by: { $0.key < $1.key }) {
            guard dialect == .classic, let stream = deployments.validationStream(of: component) else { continue }
            let old = configurations[component] ?? [:]
            let new = changed(old, of: component, by: change)
            guard old != new else { continue }
            asked.append(component)
            sendValidateEvent(new, of: deployment, on: stream)
        }
        deployments.deployments[index].stage = .validating(asked, until: now + deployments.pace.validation)
    }

    private func changed(
        _ configuration: JSONValue,
        of component: String,
        by change: SimulatedDeployment.ConfigurationChange
    ) -> JSONValue {
        var result = configuration
        for path in change.reset.map(DefaultConfigurations.path) {
            result = result.with(deployments.defaults[component].value(at: path), at: path)
        }
        return change.merge.map { result.merged(with: $0) } ?? result
    }

    private mutating func judge(_ silent: [String], of index: Int) {
        for component in silent {
            deployments.deployments[index].report.validityAnswers[component] = DeploymentReport.ValidityAnswer.none
        }
        let answers = deployments.deployments[index].report.validityAnswers
        let rejections = answers.sorted { $0.key < $1.key }.compactMap { name, answer in
            if case .rejected(let message) = answer { (name: name, message: message) } else { nil }
        }
        if !rejections.isEmpty {
            conclude(index, .failed(errors: Self.notValid, cause: DeploymentText.rejected(rejections)))
        } else if !silent.isEmpty {
            conclude(index, .failed(errors: Self.notValid, cause: DeploymentText.noReport))
        } else {
            apply(index)
        }
    }

    /// Nothing more is done; those who were told that something begins are told that it is over.
    private mutating func conclude(_ index: Int, _ outcome: Deployment.Outcome) {
        if deployments.deployments[index].isAnnounced { sendPostUpdateEvents(of: deployments.deployments[index]) }
        deployments.deployments[index].stage = .finishing(outcome, until: now + deployments.pace.finish)
    }

    private mutating func finish(_ index: Int, _ outcome: Deployment.Outcome) {
        deployments.deployments[index].report.status = outcome.status
        deployments.deployments[index].report.detailedStatus = outcome.detailedStatus
        deployments.deployments[index].report.failureCause = outcome.cause
        deployments.deployments[index].errorStack = outcome.errorStack
        deployments.deployments[index].errorTypes = outcome.errorTypes
        deployments.deployments[index].stage = .finished
    }

    /// Ends a deployment as soon as it can be ended; false if it is over already.
    mutating func cancel(_ index: Int) -> Bool {
        let deployment = deployments.deployments[index]
        switch deployment.stage {
        case .finished: return false
        case .canceling: return true
        case .queued:
            deployments.deployments[index].report.status = .canceled
            deployments.deployments[index].stage = .finished
            return true
        default: break
        }
        deployments.deployments[index].stage = .canceling(until: now + deployments.pace.finish)
        return true
    }
}

// What a deployment changes.
extension NucleusMachine {
    private mutating func apply(_ index: Int) {
        let plan = deployments.deployments[index].plan
        let before = components.all.map { ($0, configurations[$0.name] ?? [:]) }
        for (component, change) in plan.changes.sorted(by: { $0.key < $1.key }) { apply(change, to: component) }
        for name in plan.additions.keys.sorted() where components[name]?.version != plan.additions[name] {
            if let component = deployments.available[name] { deploy(component) }
        }
        for name in plan.removals where components[name] != nil {
            components.remove(name)
            configurations.replace(name, with: [:], time: timeOfDay)
        }
        guard let broken = components.all.first(where: { $0.state == .broken }) else {
            return conclude(index, .success)
        }
        if plan.rollsBack {
            let names = Set(before.map(\.0.name))
            for entry in components.all where !names.contains(entry.name) { components.remove(entry.name) }
            for (entry, configuration) in before {
                components.set(entry)
                configurations.replace(entry.name, with: configuration, time: timeOfDay)
            }
        }
        conclude(
            index,
            .failed(
                plan.rollsBack ? "FAILED_ROLLBACK_COMPLETE" : "FAILED_ROLLBACK_NOT_REQUESTED",
                errors: ["COMPONENT_UPDATE_ERROR", "COMPONENT_BROKEN"],
                types: ["USER_COMPONENT_ERROR"],
                cause: DeploymentText.broken(broken.name)
            )
        )
    }

    private mutating func apply(_ change: SimulatedDeployment.ConfigurationChange, to component: String) {
        guard components[component] != nil || configurations[component] != nil else { return }
        var changes: [[String]] = []
        for path in change.reset.map(DefaultConfigurations.path) {
            let value = deployments.defaults[component].value(at: path)
            changes += configurations.reset(path, of: component, to: value, now: timeOfDay)
        }
        if let merge = change.merge {
            changes += configurations.deploy(merge, at: [], of: component, now: timeOfDay).changes
        }
        readAccessControl(of: component)
        tellWatches(of: component, changes)
    }

    /// Brings a component, or another version of one, to the device. A configuration that is there stays.
    private mutating func deploy(_ component: SimulatedComponent) {
        components.set(.init(name: component.name, version: component.version, state: component.state))
        let isNew = configurations[component.name]?.objectValue?.isEmpty ?? true
        if isNew { configurations.replace(component.name, with: component.configuration, time: timeOfDay) }
        deployments.defaults[component.name] = component.configuration
    }
}
