// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// The configurations of all components, the nucleus's own among them.
struct ConfigurationStore: Sendable {
    let dialect: Dialect
    private var trees: [String: ConfigurationNode] = [:]
    /// Components whose configuration is there although nothing may be in it: something was merged into it.
    private var present: Set<String> = []

    init(dialect: Dialect) {
        self.dialect = dialect
    }

    /// The whole configuration of a component.
    subscript(component: String) -> JSONValue? { trees[canonicalComponent(component)]?.value }

    /// Replaces a component's configuration, as a deployment does.
    mutating func replace(_ component: String, with value: JSONValue, time: Int64) {
        trees[canonicalComponent(component)] = ConfigurationNode(value, modified: time, canonical: canonical)
        present.remove(canonicalComponent(component))
    }

    /// Lite answers for the classic nucleus's name with its own configuration.
    private func canonicalComponent(_ component: String) -> String {
        dialect == .lite && component == Dialect.classic.nucleusComponent ? dialect.nucleusComponent : component
    }

    /// The classic nucleus does not mind the case of a name.
    func canonical(_ name: String) -> String { dialect == .classic ? name.lowercased() : name }

    /// What a path leads to: a container as it is, a leaf as the only member of one.
    func value(at path: [String], of component: String) -> JSONValue? {
        guard exists(component), let found = node(at: path, of: component) else { return nil }
        if found.node.isContainer { return found.node.value }
        return found.names.last.map { .object([$0: found.node.value]) }
    }

    /// Whether there is something at a path; the whole of a component's configuration is there once it has any.
    func exists(_ path: [String], of component: String) -> Bool {
        exists(component) && node(at: path, of: component) != nil
    }

    private func exists(_ component: String) -> Bool {
        let name = canonicalComponent(component)
        return trees[name]?.hasChildren == true || present.contains(name)
    }

    /// Makes a container at a path if there is nothing.
    mutating func ensure(_ path: [String], of component: String, now: Int64) {
        guard !path.isEmpty else { return }
        _ = update(path, of: component, now: now) { node in
            if node == nil { node = .container([:], modified: now) }
        }
    }

    /// What an update did.
    struct Outcome: Sendable, Equatable {
        /// The leaves that changed, one entry for each time that those who watch are told.
        var changes: [[String]] = []
        var refusal: Refusal?

        enum Refusal: Sendable, Equatable {
            /// What is there is newer than the request.
            case isNewer
            /// A container and a leaf cannot be in one place.
            case inTheWay
        }
    }

    /// Merges a value into what is at a path.
    ///
    /// - Parameters:
    ///   - time: when the change was made, says who makes it, in milliseconds since 1970.
    ///   - now: the nucleus's own time.
    mutating func merge(_ value: JSONValue, at path: [String], of component: String, time: Int64, now: Int64) -> Outcome
    {
        switch dialect {
        case .classic:
            mergeAsClassic(value.withDoubles, at: path, of: component, time: time, now: now, isForced: false)
        case .lite: mergeAsLite(value, at: path, of: component, time: time, now: now, isForced: false)
        }
    }

    /// Merges what a deployment brings: it replaces what is there, however new that is, and keeps its integers.
    mutating func deploy(_ value: JSONValue, at path: [String], of component: String, now: Int64) -> Outcome {
        if dialect == .classic { present.insert(canonicalComponent(component)) }
        return switch dialect {
        case .classic: mergeAsClassic(value, at: path, of: component, time: now, now: now, isForced: true)
        case .lite: mergeAsLite(value, at: path, of: component, time: now, now: now, isForced: true)
        }
    }

    func node(at path: [String], of component: String) -> (names: [String], node: ConfigurationNode)? {
        trees[canonicalComponent(component)]?.find(path, canonical: canonical)
    }

    /// Changes the node at a path that is not empty. The names along it as they are made; `nil` if a leaf is in the way.
    mutating func update(
        _ path: [String],
        of component: String,
        now: Int64,
        _ change: (inout ConfigurationNode?) -> Void
    ) -> [String]? {
        var tree =
            trees.removeValue(forKey: canonicalComponent(component)) ?? .container([:], modified: now)
        defer { trees[canonicalComponent(component)] = tree }
        return tree.update(path[...], now: now, canonical: canonical, change)
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
