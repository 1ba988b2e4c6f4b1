// SPDX-License-Identifier: Apache-2.0

import EventReactor
public import GreengrassIPC

// Shadows, secrets and components: what a test puts there and finds there.
extension NucleusSimulator {
    /// A shadow as it is now; `nil` if there is none.
    ///
    /// - Parameters:
    ///   - thing: the thing's name.
    ///   - name: the shadow's name; `nil` for the unnamed one.
    public func shadow(of thing: String, named name: String? = nil) -> SimulatedShadow? {
        let key = ShadowName(thing: thing, shadow: name)
        guard let document = nucleus.shadows[key] else { return nil }
        return SimulatedShadow(
            thing: thing,
            name: key.shadow,
            desired: document.state["desired"],
            reported: document.state["reported"],
            version: document.version
        )
    }

    /// Updates a shadow as the cloud does: components that listen on its local topics are told.
    ///
    /// - Parameters:
    ///   - thing: the thing's name.
    ///   - name: the shadow's name; `nil` for the unnamed one.
    ///   - state: an object with `desired`, `reported` or both. A member that is null is removed.
    /// - Throws: ``NucleusSimulatorError`` if the shadow manager would not take it.
    public func updateShadow(of thing: String, named name: String? = nil, state: JSONValue) throws {
        let rejection: ShadowRejection?
        do {
            rejection = nucleus.updateShadow(
                ShadowName(thing: thing, shadow: name),
                payload: Array(try JSONValue.object(["state": state]).jsonText().utf8),
                now: now
            )
        } catch {
            throw NucleusSimulatorError(.invalidState, "the state of \(thing) cannot be expressed in JSON")
        }
        perform(nucleus.takeOutput())
        if let rejection {
            throw NucleusSimulatorError(.invalidState, "the state of \(thing) is refused: \(rejection.text)")
        }
    }

    /// Adds a secret, or replaces the one of that name.
    public func setSecret(_ secret: SimulatedSecret) { nucleus.secrets.set(secret) }

    /// Takes a secret away; nothing happens if there is none of that name.
    public func removeSecret(named name: String) { nucleus.secrets.remove(name) }

    /// Makes a client device known, or replaces the one of that thing.
    public func setClientDevice(_ device: SimulatedClientDevice) { nucleus.clientDevices.set(device) }

    /// Takes a client device away, and the tokens that it was given.
    public func removeClientDevice(of thing: String) { nucleus.clientDevices.remove(thing) }

    /// Gives every stream of certificate updates another certificate, as a change of the device's addresses does.
    public func renewCertificates() { perform(nucleus.renewCertificates(now: now)) }

    /// Where a component is in its life; `nil` if it is not known.
    public func state(of component: String) -> SimulatedComponent.State? { nucleus.components[component]?.state }

    /// Puts a component elsewhere in its life.
    ///
    /// - Throws: ``NucleusSimulatorError`` if there is no such component.
    public func setState(_ state: SimulatedComponent.State, of component: String) throws {
        guard nucleus.components.setState(state, of: component) else {
            throw NucleusSimulatorError(.unknownComponent, "there is no component \(component)")
        }
        perform([])
    }

    /// Waits until a component has got somewhere in its life.
    ///
    /// - Throws: as ``waitForSubscription(filter:count:timeout:)``.
    public func waitForComponent(
        _ component: String,
        toBe state: SimulatedComponent.State,
        timeout: Duration = .seconds(30)
    ) async throws {
        try await wait("\(component) to be \(state.rawValue)", timeout) { nucleus in
            nucleus.components[component]?.state == state
        }
    }
}

extension NucleusMachine {
    /// Takes from a configuration what the plugins start with.
    mutating func setUpPlugins(_ configuration: NucleusSimulator.Configuration) {
        secrets.region = configuration.region
        for secret in configuration.secrets { secrets.set(secret) }
        for shadow in configuration.shadows {
            var state: [String: JSONValue] = [:]
            state["desired"] = shadow.desired
            state["reported"] = shadow.reported
            var document = ShadowDocument().updated(by: .object(state), at: timeOfDay / 1000)
            document.version = shadow.version
            shadows[ShadowName(thing: shadow.thing, shadow: shadow.name)] = document
        }
        for device in configuration.clientDevices { clientDevices.set(device) }
        for component in configuration.availableComponents { deployments.available[component.name] = component }
        deployments.pace = configuration.deploymentPace
        deployments.directoryExists = { Files.exists($0) }
        deployments.isWellFormed = { path in
            guard let recipe = try? Files.read(path) else { return true }
            return (try? JSONValue(jsonBytes: recipe))?.objectValue != nil
        }
    }
}
