// SPDX-License-Identifier: Apache-2.0

/// Names what a mistyped word was probably meant to be.
package enum Suggestion {
    /// The error for a word that is none of the known ones.
    package static func unknown(_ kind: String, _ word: String, among known: [String]) -> UsageError {
        guard let nearest = nearest(to: word, among: known) else { return UsageError("unknown \(kind) '\(word)'") }
        return UsageError("unknown \(kind) '\(word)'; did you mean \(nearest)?")
    }

    /// The known word with the fewest letters to change; `nil` if none comes near.
    package static func nearest(to word: String, among known: [String]) -> String? {
        let lowered = word.lowercased()
        let scored = known.map { (word: $0, distance: distance(lowered, $0.lowercased())) }
        guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
        if best.distance <= max(2, word.utf8.count / 3) { return best.word }
        return word.utf8.count >= 3 ? known.first { $0.lowercased().hasPrefix(lowered) } : nil
    }

    /// How many letters have to be inserted, removed, replaced or exchanged with their neighbour.
    static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left.utf8.prefix(64)), Array(right.utf8.prefix(64)))
        var rows = [Array(0...right.count)]
        for (i, letter) in left.enumerated() {
            var row = [i + 1]
            for (j, other) in right.enumerated() {
                var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (letter == other ? 0 : 1))
                if i > 0, j > 0, letter == right[j - 1], left[i - 1] == other {
                    best = min(best, rows[i - 1][j - 1] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
