// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

// Components and who they are.
extension NucleusMachine {
    /// Makes a component known, or gives it another token or configuration.
    mutating func setComponent(
        _ name: String,
        token: String,
        configuration: JSONValue,
        access: AccessPolicy = .everythingUnlessConfigured,
        version: String = "1.0.0",
        state: SimulatedComponent.State = .running
    ) {
        tokens[name] = token
        names = Dictionary(tokens.map { (canonical($0.value), $0.key) }) { first, _ in first }
        configurations.replace(name, with: configuration, time: timeOfDay)
        accessPolicies[name] = access
        readAccessControl(of: name)
        guard !Self.isCommandLine(name) else { return }
        components.set(.init(name: name, version: version, state: state))
        deployments.defaults[name] = configuration
    }

    /// Gives a component the rights that its configuration, as it is now, says.
    mutating func readAccessControl(of component: String) {
        if Self.isCommandLine(component) { return giveRightsOfCommandLine(to: component, includingTopics: true) }
        let policy = accessPolicies[component] ?? .configured
        let document = configurations[component]?["accessControl"]
        let isUnrestricted = policy == .everything || policy == .everythingUnlessConfigured && document == nil
        accessControls[component] =
            isUnrestricted ? .unrestricted : AccessControl(document ?? [:], thingName: interpolatedThingName)
    }

    /// Gives every component another token.
    mutating func replaceTokens(_ makeToken: (String) -> String) {
        tokens = Dictionary(uniqueKeysWithValues: tokens.keys.map { ($0, makeToken($0)) })
        names = Dictionary(tokens.map { (canonical($0.value), $0.key) }) { first, _ in first }
    }

    /// The classic nucleus does not mind the case of a token.
    private func canonical(_ token: String) -> String { dialect == .classic ? token.uppercased() : token }

    func access(of component: String) -> AccessControl {
        accessControls[component] ?? AccessControl([:], thingName: nil)
    }

    func token(of component: String) -> String? { tokens[component] }

    func component(withToken token: String) -> String? { names[canonical(token)] }

    func component(for credentials: Credentials) -> (name: String, svcuid: String?)? {
        if let token = credentials.token {
            guard let name = component(withToken: token) else { return nil }
            if dialect == .lite, let claimed = credentials.componentName, claimed != name { return nil }
            return (name, nil)
        }
        guard dialect == .lite, acceptsComponentNames, let name = credentials.componentName,
            let token = token(of: name)
        else { return nil }
        return (name, token)
    }
}
