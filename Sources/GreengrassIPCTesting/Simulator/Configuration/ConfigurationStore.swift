// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// The configurations of all components, the nucleus's own among them.
struct ConfigurationStore: Sendable {
    let dialect: Dialect
    private var trees: [String: JSONValue] = [:]

    init(dialect: Dialect) {
        self.dialect = dialect
    }

    /// The whole configuration of a component.
    subscript(component: String) -> JSONValue? {
        get { trees[canonicalName(component)] }
        set { trees[canonicalName(component)] = newValue }
    }

    /// Lite answers for the classic nucleus's name with its own configuration.
    private func canonicalName(_ component: String) -> String {
        dialect == .lite && component == Dialect.classic.nucleusComponent ? dialect.nucleusComponent : component
    }

    /// What a path leads to: a container as it is, a leaf as the only member of one.
    func value(at path: [String], of component: String) -> JSONValue? {
        guard var node = self[component], node.objectValue?.isEmpty == false else { return nil }
        var lastName = ""
        for name in path {
            guard case .object(let members) = node, let found = member(name, of: members) else { return nil }
            (lastName, node) = found
        }
        if case .object = node { return node }
        return path.isEmpty ? nil : .object([lastName: node])
    }

    private func member(_ name: String, of members: [String: JSONValue]) -> (String, JSONValue)? {
        if let exact = members[name] { return (name, exact) }
        guard dialect == .classic else { return nil }
        let wanted = name.lowercased()
        return members.first { $0.key.lowercased() == wanted }.map { ($0.key, $0.value) }
    }
}

extension JSONWriter {
    /// A configuration as the nucleus writes it: the classic one sorts names without regard to case.
    mutating func configuration(_ value: JSONValue, _ dialect: Dialect) {
        guard dialect == .classic, case .object(let members) = value else { return any(value) }
        beginObject()
        for (name, member) in members.sorted(by: { ($0.key.lowercased(), $0.key) < ($1.key.lowercased(), $1.key) }) {
            memberName(name)
            configuration(member, dialect)
        }
        endObject()
    }
}
