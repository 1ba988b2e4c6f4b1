// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import GreengrassIPCTesting

/// The table by topic, with the comparison of one filter and one topic as its oracle.
@Suite("Topic table", .timeLimit(.minutes(1)))
struct TopicTableTests {
    private static let filters = [
        "a", "a/b", "a/b/c", "a/", "/", "/a", "#", "+", "+/b", "a/+", "a/#", "a/+/c", "a/b/#", "+/+", "+/+/c", "+/#",
        "$aws/x", "$aws/+", "$aws/#", "/+", "+/", "a//c", "a/+/#", "", "$aws/things/+/tunnels/notify",
    ]
    private static let topics = [
        "a", "a/b", "a/b/c", "a/b/c/d", "a/", "/", "/a", "//", "b", "b/b", "a//c", "$aws", "$aws/x", "$aws/x/y", "",
        "$aws/things/t/tunnels/notify", "very-long-level-name-0123456789/b", "a/b/",
    ]

    private static func table(_ filters: some Sequence<String>) -> TopicTable<String> {
        var table = TopicTable<String>()
        for filter in filters { table.update(filter) { $0 = filter } }
        return table
    }

    private static func found(_ table: TopicTable<String>, _ topic: String, sparingDollar: Bool = true) -> [String] {
        var found: [String] = []
        table.forEach(matching: topic, sparingDollar: sparingDollar) { found.append($0) }
        return found.sorted()
    }

    @Test("A topic finds the filters that match it, each once", arguments: topics)
    func matching(topic: String) {
        let table = Self.table(Self.filters)
        #expect(Self.found(table, topic) == Self.filters.filter { TopicFilter.matches($0, topic: topic) }.sorted())
        let all = Self.filters.filter { TopicFilter.covers($0, topic) }.sorted()
        #expect(Self.found(table, topic, sparingDollar: false) == all)
    }

    @Test("A filter finds those that are as wide", arguments: filters)
    func covering(filter: String) {
        var found: [String] = []
        Self.table(Self.filters).forEach(covering: filter) { found.append($0) }
        #expect(found.sorted() == Self.filters.filter { TopicFilter.covers($0, filter) }.sorted())
    }

    @Test("What is taken out is gone, the rest is there, and nothing is left of an empty table", arguments: filters)
    func removal(filter: String) {
        var table = Self.table(Self.filters)
        #expect(table[filter] == filter)
        table.update(filter) { $0 = nil }
        #expect(table[filter] == nil)
        let rest = Self.filters.filter { $0 != filter }
        for topic in Self.topics {
            #expect(Self.found(table, topic) == rest.filter { TopicFilter.matches($0, topic: topic) }.sorted())
        }
        for filter in rest { table.update(filter) { $0 = nil } }
        #expect(table.isEmpty)
    }

    @Test("Looking for what is not there changes nothing")
    func absent() {
        var table = Self.table(["a/+"])
        for filter in ["a/+/b", "+", "#", "b", "a/#"] {
            #expect(table[filter] == nil)
            table.update(filter) { #expect($0 == nil) }
        }
        table.update("a/+") { $0 = nil }
        #expect(table.isEmpty)
    }

    @Test("Filters of any depth are found, and given up without a deep recursion")
    func deep() {
        let levels = 10_000
        let filters = ["#", "/+", "/#", ""].map { String(repeating: "x/", count: levels) + "y" + $0 }
        var table = Self.table(filters)
        let topic = String(repeating: "x/", count: levels) + "y/z"
        #expect(Self.found(table, topic) == filters.filter { TopicFilter.matches($0, topic: topic) }.sorted())
        for filter in filters { table.update(filter) { $0 = nil } }
        #expect(table.isEmpty)
    }

    @Test("Any filters and topics: as one comparison after another", arguments: 1...20)
    func random(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func text(_ levels: [String]) -> String {
            (0...Int.random(in: 0...4, using: &random)).map { _ in levels.randomElement(using: &random) ?? "" }
                .joined(separator: "/")
        }
        var filters: Set<String> = []
        var table = TopicTable<String>()
        for _ in 0..<300 {
            let filter = text(["a", "b", "$c", "", "+", "+", "#"])
            guard TopicFilter.isValid(filter) else { continue }
            if filters.remove(filter) != nil {
                table.update(filter) { $0 = nil }
            } else {
                filters.insert(filter)
                table.update(filter) { $0 = filter }
            }
            let topic = text(["a", "b", "$c", ""])
            #expect(Self.found(table, topic) == filters.filter { TopicFilter.matches($0, topic: topic) }.sorted())
        }
    }
}
