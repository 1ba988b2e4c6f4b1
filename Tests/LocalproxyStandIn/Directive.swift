// SPDX-License-Identifier: Apache-2.0

/// What the access token tells the stand-in to do; the table is in `main.swift`.
struct Directive {
    enum Word: String {
        case connected, closed, refused, cut, tls, network, webproxy, dropped, streams, unreachable, otherversion
        case mapping, crash, abort, hang, leak, flood
        case unavailable = "500"
    }

    let word: Word
    /// The number in the part behind the word.
    let number: Int?

    init(token: String) {
        let parts = token.split(separator: "-")
        guard let index = parts.firstIndex(where: { Word(rawValue: String($0)) != nil }),
            let word = Word(rawValue: String(parts[index]))
        else {
            self.word = .connected
            number = nil
            return
        }
        self.word = word
        number = index + 1 < parts.count ? Self.number(parts[index + 1]) : nil
    }

    /// The number in `300`, `300ms` or `every300ms`.
    private static func number(_ text: Substring) -> Int? {
        var text = text
        if text.hasPrefix("every") { text = text.dropFirst(5) }
        if text.hasSuffix("ms") { text = text.dropLast(2) }
        return Int(text).map { min($0, 3_600_000) }
    }
}
