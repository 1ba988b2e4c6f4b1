// SPDX-License-Identifier: Apache-2.0

/// MQTT's rules for topics and filters.
enum TopicFilter {
    /// Whether a message on `topic` reaches a subscription on `filter`.
    ///
    /// A wildcard in the first level does not match a topic that begins with `$`.
    static func matches(_ filter: String, topic: String) -> Bool {
        if topic.utf8.first == dollar, filter.utf8.first == plus || filter.utf8.first == hash { return false }
        return covers(filter, topic)
    }

    /// Whether every topic that `other` can match is matched by `filter`; `other` may be a topic.
    static func covers(_ filter: String, _ other: String) -> Bool {
        var levels = Levels(filter)
        var otherLevels = Levels(other)
        while let level = levels.next() {
            if isRest(level) { return true }
            guard let otherLevel = otherLevels.next() else { return false }
            if isRest(otherLevel) { return false }
            if isAnyLevel(level) { continue }
            guard level.elementsEqual(otherLevel) else { return false }
        }
        return otherLevels.next() == nil
    }

    /// Whether `filter` is one that a broker takes: `+` and `#` stand alone in their level, `#` in the last.
    static func isValid(_ filter: String) -> Bool {
        guard !filter.isEmpty else { return false }
        var levels = Levels(filter)
        var ended = false
        while let level = levels.next() {
            if ended { return false }
            if level.contains(hash) {
                guard level.count == 1 else { return false }
                ended = true
            } else if level.contains(plus), level.count != 1 {
                return false
            }
        }
        return true
    }

    /// How many levels there are between the slashes.
    static func levelCount(of topic: String) -> Int {
        topic.utf8.count { $0 == slash } + 1
    }

    /// Whether a level is `+`.
    static func isAnyLevel(_ level: Substring.UTF8View) -> Bool { level.elementsEqual(CollectionOfOne(plus)) }

    /// Whether a level is `#`.
    static func isRest(_ level: Substring.UTF8View) -> Bool { level.elementsEqual(CollectionOfOne(hash)) }

    static func hasWildcard(_ topic: String) -> Bool {
        topic.utf8.contains { $0 == plus || $0 == hash }
    }

    /// The levels of a topic, between slashes; `a/` has two, the second is empty.
    struct Levels {
        private var rest: Substring.UTF8View?

        init(_ text: String) { rest = text[...].utf8 }

        mutating func next() -> Substring.UTF8View? {
            guard let current = rest else { return nil }
            guard let end = current.firstIndex(of: slash) else {
                rest = nil
                return current
            }
            rest = current[current.index(after: end)...]
            return current[..<end]
        }
    }

    private static let slash = UInt8(ascii: "/")
    private static let plus = UInt8(ascii: "+")
    private static let hash = UInt8(ascii: "#")
    private static let dollar = UInt8(ascii: "$")
}
