// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// What a message says, as a test expects it or as a component has published it.
enum MessageContent: Sendable, Hashable {
    case json(JSONValue)
    case text(String)
    case bytes([UInt8])

    /// How the actual content departs from the expected one; no lines if it does not.
    static func difference(
        expected: MessageContent,
        actual: MessageContent,
        hiding concealment: Concealment
    ) -> [String] {
        switch (expected, actual) {
        case (.json(let expected), .json(let actual)):
            return JSONDifference(expected: expected, actual: actual, hiding: concealment).lines
        case (.text(let expected), .text(let actual)): return difference(expected, actual, concealment)
        case (.bytes(let expected), .bytes(let actual)): return difference(expected, actual, concealment)
        default:
            return expected.shown("-", concealment) + actual.shown("+", concealment)
        }
    }

    /// Bytes as the kind of content that is expected, if they can be one.
    init(_ bytes: [UInt8], asKindOf expected: MessageContent) {
        switch expected {
        case .json: self = (try? JSONValue(jsonBytes: bytes.span)).map { .json($0) } ?? .plain(bytes)
        case .text: self = .plain(bytes)
        case .bytes: self = .bytes(bytes)
        }
    }

    private static func plain(_ bytes: [UInt8]) -> MessageContent {
        String(validating: bytes, as: UTF8.self).map { .text($0) } ?? .bytes(bytes)
    }

    private static func difference(_ expected: String, _ actual: String, _ concealment: Concealment) -> [String] {
        if expected == actual { return [] }
        if concealment.hides(text: expected) || concealment.hides(text: actual) {
            return MessageContent.text(expected).shown("-", concealment)
                + MessageContent.text(actual).shown("+", concealment)
        }
        let was = expected.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let is_ = actual.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return Alignment.steps(from: was, to: is_).flatMap { step -> [String] in
            switch step {
            case .pair(let left, let right) where was[left] == is_[right]:
                return ["  " + TextWindow.beginning(was[left])]
            case .pair(let left, let right):
                let (expected, actual) = TextWindow.around(was[left], is_[right])
                return ["- " + expected, "+ " + actual]
            case .removed(let left): return ["- " + TextWindow.beginning(was[left])]
            case .inserted(let right): return ["+ " + TextWindow.beginning(is_[right])]
            }
        }
    }

    private static func difference(_ expected: [UInt8], _ actual: [UInt8], _ concealment: Concealment) -> [String] {
        if expected == actual { return [] }
        let texts = [expected, actual].map { String(decoding: $0, as: UTF8.self) }
        if texts.contains(where: concealment.hides(text:)) {
            return ["- \(expected.count) bytes, not shown", "+ \(actual.count) bytes, not shown"]
        }
        let common = zip(expected, actual).prefix { $0 == $1 }.count
        let start = max(0, common - 8)
        func line(_ bytes: [UInt8]) -> String {
            let end = min(bytes.count, start + 32)
            let shown = Hex.encode(bytes[min(start, end)..<end])
            return (start > 0 ? "…" : "") + shown + (end < bytes.count ? "…" : "") + " (\(bytes.count) bytes)"
        }
        return ["- " + line(expected), "+ " + line(actual)]
    }

    /// The whole of it, behind a sign.
    private func shown(_ sign: String, _ concealment: Concealment) -> [String] {
        switch self {
        case .json(let value):
            let lines = JSONDifference(expected: value, actual: .null, hiding: concealment).lines
            return (value.isNull ? ["- null"] : lines.dropLast()).map { sign + $0.dropFirst() }
        case .text(let text):
            if concealment.hides(text: text) { return ["\(sign) a text of \(text.utf8.count) bytes, not shown"] }
            return ["\(sign) the text \(TextWindow.beginning(text))"]
        case .bytes(let bytes):
            if concealment.hides(text: String(decoding: bytes, as: UTF8.self)) {
                return ["\(sign) \(bytes.count) bytes, not shown"]
            }
            return ["\(sign) the bytes \(Hex.encode(bytes.prefix(32)))\(bytes.count > 32 ? "…" : "")"]
        }
    }
}
