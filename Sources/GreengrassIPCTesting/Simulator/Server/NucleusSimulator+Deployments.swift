// SPDX-License-Identifier: Apache-2.0

import EventReactor

// Deployments.
extension NucleusSimulator {
    /// Lets a deployment arrive from the cloud and waits for its end.
    ///
    /// Components that subscribed to component updates get a preUpdateEvent if the deployment notifies, those that
    /// subscribed to validations a validateConfigurationUpdateEvent if their configuration changes, and configuration
    /// subscriptions an event for each change.
    ///
    /// - Parameters:
    ///   - deployment: what it changes.
    ///   - timeout: how long to wait for its end.
    /// - Returns: how it ended, and what each component answered.
    /// - Throws: ``NucleusSimulatorError`` if it takes longer, the simulator stops or, after a deployment that restarts
    ///   it, cannot listen again; `CancellationError`.
    public func deploy(
        _ deployment: SimulatedDeployment,
        timeout: Duration = .seconds(90)
    ) async throws -> DeploymentReport {
        let identifier = startDeployment(deployment)
        try await wait("the end of a deployment", timeout) { $0.isDeploymentOver(identifier) }
        let report = nucleus.deploymentReport(identifier) ?? DeploymentReport(id: identifier, status: .canceled)
        if deployment.restartsNucleus, report.status == .succeeded { try await restart() }
        return report
    }

    /// Lets a deployment arrive from the cloud, and does not wait.
    ///
    /// The nucleus does not restart for it, whatever it says; call ``restart(newTokens:downtime:)``.
    ///
    /// - Returns: its identifier, for ``deployment(_:)`` and ``cancelDeployment(_:)``.
    public func startDeployment(_ deployment: SimulatedDeployment) -> String {
        let identifier = nucleus.startDeployment(deployment, now: now)
        perform(nucleus.takeOutput())
        return identifier
    }

    /// How a deployment stands, a local one or one from the cloud; `nil` if there is none of that identifier.
    public func deployment(_ identifier: String) -> DeploymentReport? { nucleus.deploymentReport(identifier) }

    /// How all deployments stand, in the order in which they came; of very many only the latest.
    public var deployments: [DeploymentReport] { nucleus.deployments.deployments.map(\.report) }

    /// Waits for the end of a deployment.
    ///
    /// - Throws: as ``waitForSubscription(filter:count:timeout:)``.
    public func waitForDeployment(_ identifier: String, timeout: Duration = .seconds(30)) async throws {
        try await wait("the end of a deployment", timeout) { $0.isDeploymentOver(identifier) }
    }

    /// Cancels a deployment. Components that were told of its beginning are told of its end.
    ///
    /// - Returns: false if there is no such deployment or it is over.
    @discardableResult
    public func cancelDeployment(_ identifier: String) -> Bool {
        guard let index = nucleus.deployments.index(of: identifier) else { return false }
        let isCanceled = nucleus.cancel(index)
        perform(nucleus.timePassed(now: now))
        return isCanceled
    }

    /// Waits until a component has a stream of component updates.
    ///
    /// - Throws: as ``waitForSubscription(filter:count:timeout:)``.
    public func waitForComponentUpdateSubscription(
        of component: String,
        timeout: Duration = .seconds(30)
    ) async throws {
        try await wait("a subscription of \(component) to component updates", timeout) { nucleus in
            nucleus.deployments.updateStreams.contains { $0.component == component }
        }
    }

    /// Waits until a component has a stream of configurations to validate.
    ///
    /// - Throws: as ``waitForSubscription(filter:count:timeout:)``.
    public func waitForValidationSubscription(of component: String, timeout: Duration = .seconds(30)) async throws {
        try await wait("a subscription of \(component) to validations", timeout) { nucleus in
            nucleus.deployments.validationStreams.contains { $0.component == component }
        }
    }
}

extension NucleusMachine {
    mutating func startDeployment(_ deployment: SimulatedDeployment, now: Duration) -> String {
        self.now = now
        var plan = Deployment.Plan()
        plan.changes = deployment.changes
        plan.notifiesComponents = deployment.notifyComponents
        plan.timeout = deployment.timeout
        plan.restartsNucleus = deployment.restartsNucleus
        return enqueue(plan, isLocal: false)
    }

    func deploymentReport(_ identifier: String) -> DeploymentReport? {
        deployments.index(of: identifier).map { deployments.deployments[$0].report }
    }

    func isDeploymentOver(_ identifier: String) -> Bool {
        deployments.index(of: identifier).map { deployments.deployments[$0].isFinished } ?? true
    }
}
