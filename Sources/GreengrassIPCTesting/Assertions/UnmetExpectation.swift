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
