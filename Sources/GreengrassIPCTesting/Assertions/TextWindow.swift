// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// The part of a long text that is worth a line, quoted as JSON quotes it.
enum TextWindow {
    private static let longest = 120
    /// How much of what is alike is shown before the first difference.
    private static let lead = 40

    static func beginning(_ text: String) -> String { window(Array(text), from: 0) }

    /// The two texts from a little before their first difference on.
    static func around(_ expected: String, _ actual: String) -> (expected: String, actual: String) {
        let (expected, actual) = (Array(expected), Array(actual))
        guard max(expected.count, actual.count) > longest else {
            return (window(expected, from: 0), window(actual, from: 0))
        }
        let common = zip(expected, actual).prefix { $0 == $1 }.count
        let start = max(0, common - lead)
        return (window(expected, from: start), window(actual, from: start))
    }

    private static func window(_ characters: [Character], from start: Int) -> String {
        let end = min(characters.count, start + longest)
        guard start > 0 || end < characters.count else { return quoted(characters[...]) }
        let text = quoted(characters[min(start, end)..<end])
        return (start > 0 ? "…" : "") + text + (end < characters.count ? "…" : "") + " (\(characters.count) characters)"
    }

    private static func quoted(_ characters: ArraySlice<Character>) -> String {
        (try? JSONValue.string(String(characters)).jsonText()) ?? "a text"
    }
}
