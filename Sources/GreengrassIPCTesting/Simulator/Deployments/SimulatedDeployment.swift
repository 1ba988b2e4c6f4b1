// SPDX-License-Identifier: Apache-2.0

public import GreengrassIPC

/// A deployment that comes from the cloud.
public struct SimulatedDeployment: Sendable {
    /// What becomes of components' configurations, by the components' names.
    public var changes: [String: ConfigurationChange]
    /// Whether the deployment's policy is NOTIFY_COMPONENTS: components that subscribed are told before the update, and
    /// waited for.
    public var notifyComponents: Bool
    /// How long the policy waits for a component that does not answer.
    public var timeout: Duration
    /// Whether the nucleus restarts for the update, which it tells the components beforehand.
    public var restartsNucleus: Bool

    /// A change of a configuration: first the paths of `reset` become what they were by default, then `merge` is merged.
    public struct ConfigurationChange: Sendable, Hashable {
        /// An object; `nil` for nothing.
        public var merge: JSONValue?
        /// JSON pointers: `/a/b`. The empty one is the whole configuration.
        public var reset: [String]

        /// A change.
        public init(merge: JSONValue? = nil, reset: [String] = []) {
            self.merge = merge
            self.reset = reset
        }
    }

    /// A deployment that changes several components' configurations, or none.
    public init(
        changes: [String: ConfigurationChange] = [:],
        notifyComponents: Bool = true,
        timeout: Duration = .seconds(60),
        restartsNucleus: Bool = false
    ) {
        self.changes = changes
        self.notifyComponents = notifyComponents
        self.timeout = timeout
        self.restartsNucleus = restartsNucleus
    }

    /// A deployment that changes one component's configuration.
    ///
    /// - Parameters:
    ///   - component: the component's name.
    ///   - merge: an object that is merged into its configuration.
    ///   - reset: JSON pointers to what becomes as it was by default.
    ///   - notifyComponents: whether components are told before and waited for.
    ///   - timeout: how long a component is waited for that does not answer.
    ///   - restartsNucleus: whether the nucleus restarts.
    public init(
        component: String,
        merge: JSONValue? = nil,
        reset: [String] = [],
        notifyComponents: Bool = true,
        timeout: Duration = .seconds(60),
        restartsNucleus: Bool = false
    ) {
        self.init(
            changes: [component: ConfigurationChange(merge: merge, reset: reset)],
            notifyComponents: notifyComponents,
            timeout: timeout,
            restartsNucleus: restartsNucleus
        )
    }
}

/// What became of a deployment, and what the components had to say.
public struct DeploymentReport: Sendable, Hashable {
    /// The deployment's identifier, a UUID.
    public var id: String
    /// Where it is, or how it ended.
    public var status: Status
    /// How it ended in the nucleus's own words, `FAILED_NO_STATE_CHANGE`; `nil` while it runs and when it was canceled.
    public var detailedStatus: String?
    /// Why it failed, in the nucleus's words.
    public var failureCause: String?
    /// What each stream of component updates answered, in the order in which they were asked, by component. Who is not
    /// subscribed is not asked.
    public var updateAnswers: [String: [UpdateAnswer]] = [:]
    /// What components said about their new configurations. Who is not subscribed, or whose configuration stays as it
    /// is, is not asked.
    public var validityAnswers: [String: ValidityAnswer] = [:]

    /// Where a deployment is.
    public enum Status: String, Sendable, Hashable, CaseIterable {
        /// It waits for its turn.
        case queued = "QUEUED"
        /// It runs.
        case inProgress = "IN_PROGRESS"
        /// It ended well.
        case succeeded = "SUCCEEDED"
        /// It did not.
        case failed = "FAILED"
        /// It was canceled.
        case canceled = "CANCELED"
    }

    /// The answer to one preUpdateEvent.
    public enum UpdateAnswer: Sendable, Hashable {
        /// None; the policy's timeout was waited out.
        case none
        /// An answer without `recheckAfterMs`, after which the timeout is waited out all the same.
        case incomplete
        /// Go on.
        case ready
        /// Ask again later.
        case deferred(Duration)
    }

    /// The answer to one validateConfigurationUpdateEvent.
    public enum ValidityAnswer: Sendable, Hashable {
        /// None within the time that the nucleus gives.
        case none
        /// The new configuration is good; a status that the nucleus does not know counts as this.
        case accepted
        /// It is not.
        case rejected(message: String?)
    }
}

/// How fast the simulated nucleus deploys.
public struct DeploymentPace: Sendable, Hashable {
    /// From the request to its beginning.
    public var queue: Duration
    /// From the last change to its end, and from a cancellation to its effect.
    public var finish: Duration
    /// How long a component may think about its new configuration.
    public var validation: Duration

    /// A pace; by default as fast as tests like it, but for the time that a component has to answer.
    public init(
        queue: Duration = .milliseconds(10),
        finish: Duration = .milliseconds(10),
        validation: Duration = .seconds(20)
    ) {
        self.queue = queue
        self.finish = finish
        self.validation = validation
    }

    /// About as slow as the real one when nothing else is going on.
    public static let real = DeploymentPace(queue: .milliseconds(500), finish: .milliseconds(1700))
}
