// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// A place in a component's configuration, with the time when it was last changed, in milliseconds since 1970.
indirect enum ConfigurationNode: Sendable {
    case leaf(JSONValue, modified: Int64)
    /// Children by canonical name, with the name that each was made with.
    case container([String: Child], modified: Int64)

    struct Child: Sendable {
        var name: String
        var node: ConfigurationNode
    }

    var modified: Int64 {
        switch self {
        case .leaf(_, let time), .container(_, let time): time
        }
    }

    var isContainer: Bool {
        if case .container = self { true } else { false }
    }

    var hasChildren: Bool {
        if case .container(let children, _) = self { !children.isEmpty } else { false }
    }

    /// Makes a tree of a value: objects become containers, all else leaves.
    init(_ value: JSONValue, modified: Int64, canonical: (String) -> String) {
        guard case .object(let members) = value else {
            self = .leaf(value, modified: modified)
            return
        }
        var children: [String: Child] = [:]
        for (name, member) in members {
            children[canonical(name)] = Child(
                name: name,
                node: ConfigurationNode(member, modified: modified, canonical: canonical)
            )
        }
        self = .container(children, modified: modified)
    }

    /// The tree as JSON.
    var value: JSONValue {
        switch self {
        case .leaf(let value, _): value
        case .container(let children, _):
            .object(Dictionary(children.values.map { ($0.name, $0.node.value) }) { first, _ in first })
        }
    }

    /// The names along a path as they were made, and the node at its end.
    func find(_ path: some Collection<String>, canonical: (String) -> String) -> (names: [String], node: Self)? {
        var names: [String] = []
        var node = self
        for name in path {
            guard case .container(let children, _) = node, let child = children[canonical(name)] else { return nil }
            names.append(child.name)
            node = child.node
        }
        return (names, node)
    }

    /// Changes the node at a path, making containers on the way; all of them are then as new as that node, at least.
    ///
    /// - Returns: the names along the path as they are now; `nil` if a leaf is in the way.
    mutating func update(
        _ path: ArraySlice<String>,
        now: Int64,
        canonical: (String) -> String,
        _ change: (inout Self?) -> Void
    ) -> [String]? {
        guard let first = path.first else { return nil }
        guard case .container(var children, let time) = self else { return nil }
        // The tree must not be shared while it is changed.
        self = .container([:], modified: time)
        defer { self = .container(children, modified: max(time, children[canonical(first)]?.node.modified ?? time)) }
        let key = canonical(first)
        let name = children[key]?.name ?? first
        if path.count == 1 {
            var node = children[key]?.node
            change(&node)
            children[key] = node.map { Child(name: name, node: $0) }
            return [name]
        }
        var child = children.removeValue(forKey: key) ?? Child(name: name, node: .container([:], modified: now))
        defer { children[key] = child }
        guard let rest = child.node.update(path.dropFirst(), now: now, canonical: canonical, change) else { return nil }
        return [name] + rest
    }
}
