// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPC

// What a test does to the nucleus and learns from it.
extension NucleusSimulator {
    /// The environment that the nucleus gives to a component's process.
    ///
    /// - Throws: ``NucleusSimulatorError`` if there is no such component.
    public func environment(forComponent name: String) throws -> [String: String] {
        guard let token = nucleus.token(of: name) else {
            throw NucleusSimulatorError(.unknownComponent, "there is no component \(name)")
        }
        var environment = [
            "SVCUID": token,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": token,
            "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT": socketPath,
            "AWS_IOT_THING_NAME": configuration.thingName,
            "AWS_REGION": configuration.region,
            "AWS_DEFAULT_REGION": configuration.region,
            "GGC_VERSION": configuration.dialect.version,
        ]
        if configuration.dialect == .classic {
            environment["AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH"] = socketPath
        }
        return environment
    }

    /// Makes a component known, or replaces its token and configuration. Its open connections are left alone.
    ///
    /// - Throws: ``NucleusSimulatorError`` if the token has not 16 characters or is another component's.
    public func setComponent(_ component: SimulatedComponent) throws {
        var generator = SystemRandom()
        let token =
            component.token ?? nucleus.token(of: component.name)
            ?? configuration.dialect.makeToken(using: &generator)
        guard token.utf8.count == 16 else {
            throw NucleusSimulatorError(.invalidToken, "the token of \(component.name) has not 16 characters")
        }
        if let other = nucleus.component(withToken: token), other != component.name {
            throw NucleusSimulatorError(.invalidToken, "\(component.name) and \(other) have the same token")
        }
        nucleus.setComponent(
            component.name,
            token: token,
            configuration: component.configuration,
            access: component.access,
            version: component.version,
            state: component.state
        )
    }

    /// A message arrives from the cloud, for every stream whose filter matches.
    ///
    /// - Parameters:
    ///   - topic: its topic, without wildcards.
    ///   - payload: its payload.
    ///   - qos: its quality of service, 0 or 1.
    ///   - retain: whether the broker keeps it for those who subscribe later.
    public func publish(topic: String, payload: [UInt8], qos: Int = 1, retain: Bool = false) {
        let message = BrokerMessage(topic: topic, payload: payload, qos: qos, retain: retain)
        perform(nucleus.publish(message, now: now))
    }

    /// Loses or gains the MQTT connection.
    ///
    /// - Parameters:
    ///   - state: how the nucleus stands with its broker from now on.
    ///   - keepsSession: whether the broker still knows the filters of before when it is there again. One that was
    ///     restarted does not: what components published meanwhile then reaches none of them.
    public func setBrokerState(_ state: BrokerState, keepsSession: Bool = true) {
        perform(nucleus.setBrokerState(state, keepsSession: keepsSession, now: now))
    }

    /// Cuts present streams off without a word, as a restart of lite's MQTT daemon does: they never hear again, new
    /// ones do.
    ///
    /// - Parameter filter: only streams on this filter; `nil` for all.
    public func deafen(filter: String? = nil) { nucleus.broker.cutPresentStreams(onFilter: filter) }

    /// Lets something go wrong.
    ///
    /// - Parameters:
    ///   - fault: what.
    ///   - point: when.
    ///   - times: how often.
    public func inject(_ fault: Fault, at point: FaultPoint = .nextFrame, times: Int = 1) {
        nucleus.faults.add(fault, at: point, times: times)
    }

    /// Lets something go wrong that was named in text.
    public func inject(_ fault: SimulatedFault) { fault.add(to: &nucleus.faults) }

    /// Takes back the faults that have not struck yet.
    public func removeFaults() { nucleus.faults.removeAll() }

    /// Stops reading what clients send, or goes on: meanwhile their writes back up.
    ///
    /// - Parameter isReading: whether anything is read, of those that connect later too.
    public func setReading(_ isReading: Bool) { holdConnections(!isReading) }

    /// Tells every client that it broke the protocol, and closes the connections.
    ///
    /// - Parameter payload: what the PROTOCOL_ERROR says. The classic nucleus's words are JSON that is not well
    ///   formed in some cases.
    public func failConnections(payload: String) { perform(nucleus.failConnections(payload: payload, now: now)) }

    /// Restarts the nucleus: connections end without a word, subscriptions are forgotten, tokens change.
    ///
    /// - Parameters:
    ///   - newTokens: whether the old tokens are refused from then on. Real ones always are.
    ///   - downtime: how long there is no socket.
    /// - Throws: ``NucleusSimulatorError`` if it cannot listen again.
    public func restart(newTokens: Bool = true, downtime: Duration = .zero) async throws {
        guard !isStopped else { throw NucleusSimulatorError(.stopped, "the simulator was stopped") }
        if downtime > .zero { stopListening() }
        restartNow(newTokens: newTokens)
        guard downtime > .zero else { return }
        try await loop.sleep(for: downtime)
        guard !isStopped else { throw NucleusSimulatorError(.stopped, "the simulator was stopped") }
        try listen()
    }

    func restartNow(newTokens: Bool) {
        nucleus.isRestartDue = false
        perform(nucleus.restart(now: now))
        guard newTokens else { return }
        var generator = SystemRandom()
        nucleus.replaceTokens { _ in configuration.dialect.makeToken(using: &generator) }
    }

    /// What was done that a real nucleus or the component would have suffered from, in order.
    public var findings: [Finding] { nucleus.findings }

    /// The calls made so far, in order; of very many only the latest.
    public var calls: [RecordedCall] { nucleus.calls }

    /// What components published and reached the broker, in order; of very many only the latest.
    public var publications: [RecordedPublication] { nucleus.publications }

    /// The streams that components hold on IoT Core filters.
    public var subscriptions: [Subscription] {
        nucleus.broker.subscriptions.map { subscription in
            Subscription(
                component: subscription.component,
                filter: subscription.filter,
                isDeaf: nucleus.broker.isDeaf(subscription)
            )
        }
    }
}
