// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

// Components and who they are.
extension NucleusMachine {
    /// Makes a component known, or gives it another token or configuration.
    mutating func setComponent(_ name: String, token: String, configuration: JSONValue) {
        tokens = tokens.filter { $0.value != name }
        tokens[dialect == .classic ? token.uppercased() : token] = name
        configurations[name] = configuration
        accessControls[name] =
            configuration["accessControl"].map { AccessControl($0, thingName: interpolatedThingName) } ?? .unrestricted
    }

    func access(of component: String) -> AccessControl {
        accessControls[component] ?? AccessControl([:], thingName: nil)
    }

    func token(of component: String) -> String? {
        tokens.first { $0.value == component }?.key
    }

    func component(for credentials: Credentials) -> (name: String, svcuid: String?)? {
        if let token = credentials.token {
            guard let name = tokens[token] else { return nil }
            if dialect == .lite, let claimed = credentials.componentName, claimed != name { return nil }
            return (name, nil)
        }
        guard dialect == .lite, acceptsComponentNames, let name = credentials.componentName,
            let token = token(of: name)
        else { return nil }
        return (name, token)
    }
}
