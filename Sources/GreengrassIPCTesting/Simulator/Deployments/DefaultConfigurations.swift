// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// The configurations that components have by default, which RESET goes back to.
struct DefaultConfigurations: Sendable {
    private var values: [String: JSONValue] = [:]

    subscript(component: String) -> JSONValue {
        get { values[component] ?? [:] }
        set { values[component] = newValue }
    }

    /// The names that a JSON pointer leads through.
    static func path(of pointer: String) -> [String] {
        guard pointer.hasPrefix("/") else { return pointer.isEmpty ? [] : [pointer] }
        return pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
            var name = String($0)
            name.replace("~1", with: "/")
            name.replace("~0", with: "~")
            return name
        }
    }
}

extension JSONValue {
    /// What a path leads to.
    func value(at path: some Collection<String>) -> JSONValue? {
        guard let first = path.first else { return self }
        return self[first]?.value(at: path.dropFirst())
    }

    /// The value with something else, or nothing, at a path.
    func with(_ value: JSONValue?, at path: some Collection<String>) -> JSONValue {
        guard let first = path.first else { return value ?? [:] }
        var members = objectValue ?? [:]
        if path.count == 1 {
            members[first] = value
        } else {
            members[first] = (members[first] ?? [:]).with(value, at: path.dropFirst())
        }
        return .object(members)
    }

    /// Objects merged member by member; all else replaced.
    func merged(with change: JSONValue) -> JSONValue {
        guard case .object(let changes) = change, case .object(let members) = self else { return change }
        return .object(members.merging(changes) { $0.merged(with: $1) })
    }
}
