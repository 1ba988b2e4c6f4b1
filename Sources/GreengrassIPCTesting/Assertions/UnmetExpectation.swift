// SPDX-License-Identifier: Apache-2.0

/// What a test expected of a component did not happen.
///
/// The description names the place in the test, says what was expected and what there was instead, and shows how the
/// two differ line by line. No token and no secret that the simulated nucleus knows is in it.
public struct UnmetExpectation: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was expected, and what there was instead.
    public var summary: String
    /// How they differ, as ``JSONDifference`` writes it; none if there is nothing to compare with.
    public var difference: [String]
    /// Where in the test that was expected, as `file:line`.
    public var location: String

    /// The most lines that are shown.
    private static let longest = 200

    /// Place, summary and difference.
    public var description: String {
        var lines = ["\(location): \(summary)"]
        if !difference.isEmpty { lines[0] += " (- expected, + actual):" }
        lines += difference.prefix(Self.longest)
        if difference.count > Self.longest { lines.append("… and \(difference.count - Self.longest) lines more") }
        return lines.joined(separator: "\n")
    }
}

extension UnmetExpectation {
    /// Of several that were compared with what was expected, shows the one that is nearest; `nil` if there was none.
    static func nearest(_ expected: String, of differences: [[String]], location: String) -> UnmetExpectation? {
        func weight(_ lines: [String]) -> Int { lines.count { !$0.hasPrefix(" ") } }
        guard let nearest = differences.indices.min(by: { weight(differences[$0]) < weight(differences[$1]) }) else {
            return nil
        }
        let count = differences.count
        let which = count == 1 ? "the only one" : "the nearest of \(count), number \(nearest + 1),"
        return UnmetExpectation(
            summary: "expected \(expected); \(which) differs",
            difference: differences[nearest],
            location: location
        )
    }

    /// There was nothing to compare with: tells what there was instead.
    static func absent(
        _ expected: String,
        _ instead: [String],
        _ participle: String,
        in nucleus: borrowing NucleusMachine,
        location: String
    ) -> UnmetExpectation {
        UnmetExpectation(
            summary: "expected \(expected)" + Instead.text(instead, participle) + nucleus.refusalsText,
            difference: [],
            location: location
        )
    }
}
