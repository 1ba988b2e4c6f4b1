// SPDX-License-Identifier: Apache-2.0

/// Filters by level: what comes below a level of a filter is a tree of its own.
///
/// It is as deep as the longest filter in it has levels; whoever puts filters in sees to that.
struct TopicTree<Value: Sendable>: Sendable {
    /// Of the filter that ends here.
    private var value: Value?
    /// Of the filter that goes on with `#`.
    private var rest: Value?
    /// Below `+`: one or none. An array, since a structure cannot hold itself.
    private var anyLevel: [TopicTree] = []
    private var levels: [String: TopicTree] = [:]

    var isEmpty: Bool { value == nil && rest == nil && anyLevel.isEmpty && levels.isEmpty }

    subscript(filter: String) -> Value? {
        var remaining = TopicFilter.Levels(filter)
        var tree = self
        while let level = remaining.next() {
            if TopicFilter.isRest(level) { return tree.rest }
            let next = TopicFilter.isAnyLevel(level) ? tree.anyLevel.first : tree.levels[Self.name(level)]
            guard let next else { return nil }
            tree = next
        }
        return tree.value
    }

    /// Changes the value under exactly this filter; `nil` is none, and leaves nothing behind.
    mutating func update<Result>(_ filter: String, _ body: (inout Value?) -> Result) -> Result {
        update(TopicFilter.Levels(filter), body)
    }

    private mutating func update<Result>(_ levelsLeft: TopicFilter.Levels, _ body: (inout Value?) -> Result) -> Result {
        var remaining = levelsLeft
        guard let level = remaining.next() else { return body(&value) }
        if TopicFilter.isRest(level) { return body(&rest) }
        if TopicFilter.isAnyLevel(level) {
            if anyLevel.isEmpty { anyLevel.append(TopicTree()) }
            defer { if anyLevel[0].isEmpty { anyLevel.removeAll() } }
            return anyLevel[0].update(remaining, body)
        }
        let name = Self.name(level)
        defer { if levels[name]?.isEmpty == true { levels[name] = nil } }
        return levels[name, default: TopicTree()].update(remaining, body)
    }

    func forEach(_ body: (Value) -> Void) {
        if let value { body(value) }
        if let rest { body(rest) }
        for tree in anyLevel { tree.forEach(body) }
        for tree in levels.values { tree.forEach(body) }
    }

    /// Every value whose filter matches all that `topic`, which may be a filter, stands for.
    ///
    /// - Parameter sparesFirst: whether a wildcard in the first level does not count.
    func forEach(covering topic: String, sparesFirst: Bool, _ body: (Value) -> Void) {
        guard !isEmpty else { return }
        forEach(covering: TopicFilter.Levels(topic), sparesWildcards: sparesFirst, body)
    }

    private func forEach(
        covering levelsLeft: TopicFilter.Levels,
        sparesWildcards: Bool,
        _ body: (Value) -> Void
    ) {
        if let rest, !sparesWildcards { body(rest) }
        var remaining = levelsLeft
        guard let level = remaining.next() else {
            if let value { body(value) }
            return
        }
        // Nothing but `#` is as wide.
        if TopicFilter.isRest(level) { return }
        if let tree = anyLevel.first, !sparesWildcards {
            tree.forEach(covering: remaining, sparesWildcards: false, body)
        }
        guard !levels.isEmpty, let tree = levels[Self.name(level)] else { return }
        tree.forEach(covering: remaining, sparesWildcards: false, body)
    }

    private static func name(_ level: Substring.UTF8View) -> String { String(Substring(level)) }
}
