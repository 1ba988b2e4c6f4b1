// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// A deployment, local or from the cloud, and how far it is.
struct Deployment: Sendable {
    /// A UUID.
    var id: String
    /// What validation events call it: a configuration's ARN for one from the cloud.
    var validationID: String
    var isLocal: Bool
    /// Milliseconds since 1970.
    var created: Int64
    var plan: Plan
    var stage: Stage
    /// Whether components were told that it begins, and are to be told of its end.
    var isAnnounced = false
    var report: DeploymentReport
    /// For ``DeploymentReport/detailedStatus`` FAILED…: from the general to the particular.
    var errorStack: [String] = []
    var errorTypes: [String] = []

    /// What is to be done.
    struct Plan: Sendable {
        var changes: [String: SimulatedDeployment.ConfigurationChange] = [:]
        /// Versions by component.
        var additions: [String: String] = [:]
        var removals: [String] = []
        var directories: [String] = []
        /// One of ``directories``.
        var recipeDirectory: String?
        var rollsBack = false
        var notifiesComponents = false
        var timeout = Duration.seconds(60)
        var restartsNucleus = false
    }

    enum Stage: Sendable {
        case queued(until: Duration)
        /// Components were told, and are waited for.
        case notifying([Notice], until: Duration)
        /// A component asked for time.
        case deferred(until: Duration)
        /// Components look at their new configurations.
        case validating([String], until: Duration)
        /// A component is neither on the device nor, as long as it is offline, anywhere.
        case stuck
        case canceling(until: Duration)
        /// What was to be done is done, or found impossible.
        case finishing(Outcome, until: Duration)
        case finished
    }

    /// One stream that a preUpdateEvent went out on.
    struct Notice: Sendable {
        var stream: StreamKey
        var component: String
        var answer = DeploymentReport.UpdateAnswer.none
        /// Whether a DeferComponentUpdate has taken it.
        var isTaken = false

        /// Whether nothing has to be waited for any more.
        var isSettled: Bool {
            switch answer {
            case .ready, .deferred: true
            case .none, .incomplete: false
            }
        }
    }

    /// How a deployment ends.
    struct Outcome: Sendable, Equatable {
        var status: DeploymentReport.Status
        var detailedStatus: String
        var errorStack: [String] = []
        var errorTypes: [String] = []
        var cause: String?

        static let success = Outcome(status: .succeeded, detailedStatus: "SUCCESSFUL")

        static func failed(
            _ detailedStatus: String = "FAILED_NO_STATE_CHANGE",
            errors: [String],
            types: [String] = [],
            cause: String
        ) -> Self {
            Outcome(
                status: .failed,
                detailedStatus: detailedStatus,
                errorStack: ["DEPLOYMENT_FAILURE"] + errors,
                errorTypes: types,
                cause: cause
            )
        }
    }

    var isFinished: Bool { if case .finished = stage { true } else { false } }

    /// When something happens by itself.
    var due: Duration? {
        switch stage {
        case .queued(let until), .notifying(_, let until), .deferred(let until), .validating(_, let until),
            .canceling(let until), .finishing(_, let until):
            until
        case .stuck, .finished: nil
        }
    }
}
