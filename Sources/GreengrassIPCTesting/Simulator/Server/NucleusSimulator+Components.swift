// SPDX-License-Identifier: Apache-2.0

public import GreengrassIPC

// Local messages, configurations and states.
extension NucleusSimulator {
    /// A message of another component arrives on a local topic, for every stream whose filter matches.
    ///
    /// - Parameters:
    ///   - localTopic: its topic, without wildcards.
    ///   - json: what it says. The classic nucleus carries objects only.
    public func publish(localTopic: String, json: JSONValue) {
        publish(LocalMessage(topic: localTopic, content: .json(json)))
    }

    /// A message of another component arrives on a local topic, for every stream whose filter matches.
    ///
    /// - Parameters:
    ///   - localTopic: its topic, without wildcards.
    ///   - payload: what it says.
    public func publish(localTopic: String, payload: [UInt8]) {
        publish(LocalMessage(topic: localTopic, content: .binary(payload)))
    }

    private func publish(_ message: LocalMessage) { perform(nucleus.publishLocally(message, now: now)) }

    /// Changes a component's configuration, as a deployment does: those who watch it are told.
    ///
    /// - Parameters:
    ///   - component: whose.
    ///   - path: where; empty for the whole configuration.
    ///   - value: what is merged into what is there. Members that are objects are merged in turn, all else replaced.
    public func updateConfiguration(of component: String, at path: [String] = [], merging value: JSONValue) {
        perform(nucleus.updateConfiguration(of: component, at: path, merging: value, now: now))
    }

    /// A component's whole configuration as it is now; `nil` if it has none.
    public func configuration(of component: String) -> JSONValue? { nucleus.configurations[component] }

    /// The local messages that components published, in order; of very many only the latest.
    public var localPublications: [RecordedLocalPublication] { nucleus.localPublications }

    /// The states that components reported with UpdateState, in order; of very many only the latest.
    public var stateReports: [RecordedState] { nucleus.stateReports }

    /// The state that a component reported last; `nil` if it never did.
    public func reportedState(of component: String) -> ReportedState? {
        nucleus.stateReports.last { $0.component == component }?.state
    }

    /// The components that PauseComponent has paused and ResumeComponent not resumed.
    public var pausedComponents: Set<String> { nucleus.pausedComponents }

    /// The figures that components handed in with PutComponentMetric, in order; of very many only the latest.
    public var metrics: [RecordedMetric] { nucleus.metricRecords }

    /// The streams that components hold on local topics.
    public var localSubscriptions: [Subscription] {
        nucleus.localBroker.subscriptions.map {
            Subscription(component: $0.component, filter: $0.filter, isDeaf: $0.isCut)
        }
    }
}
