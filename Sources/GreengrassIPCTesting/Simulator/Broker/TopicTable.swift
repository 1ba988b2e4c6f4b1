// SPDX-License-Identifier: Apache-2.0

/// Values under MQTT filters, found by the topics that the filters match.
///
/// A filter without a wildcard is found by its text alone, however many there are; those with one lie in a tree by
/// level. Filters of very many levels, which only somebody hostile has, are kept apart, so that no client decides how
/// deep the tree grows.
struct TopicTable<Value: Sendable>: Sendable {
    private var exact: [String: Value] = [:]
    private var wildcards = TopicTree<Value>()
    private var deep: [String: Value] = [:]

    private static var deepest: Int { 64 }

    /// The value under exactly this filter.
    subscript(filter: String) -> Value? {
        switch place(of: filter) {
        case .exact: exact[filter]
        case .wildcards: wildcards[filter]
        case .deep: deep[filter]
        }
    }

    /// Changes the value under exactly this filter; `nil` is none.
    mutating func update<Result>(_ filter: String, _ body: (inout Value?) -> Result) -> Result {
        switch place(of: filter) {
        case .exact: body(&exact[filter])
        case .wildcards: wildcards.update(filter, body)
        case .deep: body(&deep[filter])
        }
    }

    private enum Place { case exact, wildcards, deep }

    private func place(of filter: String) -> Place {
        guard TopicFilter.hasWildcard(filter) else { return .exact }
        return TopicFilter.levelCount(of: filter) <= Self.deepest ? .wildcards : .deep
    }

    var isEmpty: Bool { exact.isEmpty && wildcards.isEmpty && deep.isEmpty }

    /// Every value, in no order.
    func forEach(_ body: (Value) -> Void) {
        exact.values.forEach(body)
        wildcards.forEach(body)
        deep.values.forEach(body)
    }

    /// Every value whose filter a message on `topic` reaches; that of the topic itself first.
    ///
    /// - Parameter sparingDollar: whether a wildcard in the first level passes by topics that begin with `$`.
    func forEach(matching topic: String, sparingDollar: Bool = true, _ body: (Value) -> Void) {
        if !exact.isEmpty, let value = exact[topic] { body(value) }
        let sparesFirst = sparingDollar && topic.utf8.first == UInt8(ascii: "$")
        wildcards.forEach(covering: topic, sparesFirst: sparesFirst, body)
        for (filter, value) in deep where TopicFilter.covers(filter, topic) {
            if !sparesFirst || TopicFilter.matches(filter, topic: topic) { body(value) }
        }
    }

    /// Every value whose filter matches all topics that `filter` matches, its own among them.
    func forEach(covering filter: String, _ body: (Value) -> Void) {
        if let value = exact[filter] { body(value) }
        wildcards.forEach(covering: filter, sparesFirst: false, body)
        for (other, value) in deep where TopicFilter.covers(other, filter) { body(value) }
    }
}
