// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

// How each nucleus merges.
extension ConfigurationStore {
    /// Leaves that are newer than the request stay, and a container that is makes it a failure after all the rest is
    /// merged. What is made where nothing was gets the nucleus's own time.
    mutating func mergeAsClassic(
        _ value: JSONValue,
        at path: [String],
        of component: String,
        time: Int64,
        now: Int64,
        isForced: Bool
    ) -> Outcome {
        var outcome = Outcome()
        let existing = node(at: path, of: component)
        if let existing, time < existing.node.modified, !isForced {
            outcome.refusal = .isNewer
            if !existing.node.isContainer { return outcome }
        }
        if existing == nil {
            let isBlocked = path.indices.dropFirst().contains { length in
                node(at: Array(path.prefix(length)), of: component).map { !$0.node.isContainer } ?? false
            }
            guard !isBlocked else { return Outcome(refusal: .inTheWay) }
            ensure(path, of: component, now: now)
        }
        let leaves = Self.leaves(of: value, below: path)
        for (leafPath, leaf) in leaves {
            if leaf == [:] {
                ensure(leafPath, of: component, now: now)
                continue
            }
            let time = existing == nil ? now : time
            setClassic(leaf, at: leafPath, of: component, time: time, isForced: isForced, &outcome)
        }
        return outcome
    }

    private mutating func setClassic(
        _ value: JSONValue,
        at path: [String],
        of component: String,
        time: Int64,
        isForced: Bool,
        _ outcome: inout Outcome
    ) {
        // A leaf that is in the way of the path becomes a container.
        for length in path.indices.dropFirst() {
            let above = Array(path.prefix(length))
            guard let found = node(at: above, of: component), !found.node.isContainer else { continue }
            guard isForced || time >= found.node.modified else { return }
            let names = update(above, of: component, now: time) { $0 = .container([:], modified: time) }
            outcome.changes.append(names ?? above)
        }
        var told = 0
        let names = update(path, of: component, now: time) { node in
            if let node, node.modified > time, !isForced { return }
            switch node {
            case .leaf(let old, _)?: told = old == value ? 0 : 1
            case nil, .container?: told = 2
            }
            node = .leaf(value, modified: time)
        }
        for _ in 0..<told { outcome.changes.append(names ?? path) }
    }

    /// Each leaf is written on its own, in the order of names; what is newer than the request stays, without a word.
    mutating func mergeAsLite(
        _ value: JSONValue,
        at path: [String],
        of component: String,
        time: Int64,
        now: Int64,
        isForced: Bool
    ) -> Outcome {
        var outcome = Outcome()
        for (leafPath, leaf) in Self.leaves(of: value, below: path) {
            if leaf == [:] {
                ensure(leafPath, of: component, now: now)
                continue
            }
            guard !leafPath.isEmpty else { return Outcome(refusal: .inTheWay) }
            if let found = node(at: leafPath, of: component), found.node.isContainer {
                outcome.refusal = .inTheWay
                return outcome
            }
            var isWritten = false
            let names = update(leafPath, of: component, now: now) { node in
                if let node, node.modified > time, !isForced { return }
                node = .leaf(leaf, modified: time)
                isWritten = true
            }
            guard let names else {
                outcome.refusal = .inTheWay
                return outcome
            }
            if isWritten { outcome.changes.append(names) }
        }
        return outcome
    }

    /// The leaves of a value with their paths, in the order of names; an object without members counts as one.
    private static func leaves(of value: JSONValue, below path: [String]) -> [(path: [String], value: JSONValue)] {
        guard case .object(let members) = value, !members.isEmpty else { return [(path, value)] }
        return members.sorted { $0.key < $1.key }.flatMap { leaves(of: $0.value, below: path + [$0.key]) }
    }
}

extension JSONValue {
    /// The value as a document has it that went through the classic nucleus: every number is a double.
    var withDoubles: JSONValue {
        switch self {
        case .integer(let number): .double(Double(number))
        case .array(let elements): .array(elements.map(\.withDoubles))
        case .object(let members): .object(members.mapValues(\.withDoubles))
        case .null, .bool, .double, .string: self
        }
    }
}
