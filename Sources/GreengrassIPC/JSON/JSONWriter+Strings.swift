// SPDX-License-Identifier: Apache-2.0

extension JSONWriter {
    /// Writes a string.
    public mutating func string(_ value: String) {
        beginValue()
        bytes.append(UInt8(ascii: "\""))
        appendEscaped(value.utf8.span)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscaped(_ text: Span<UInt8>) {
        var plainStart = 0
        var index = 0
        while true {
            index = firstEscaped(in: text, from: index)
            append(text, plainStart..<index)
            guard index < text.count else { return }
            if text[index] == 0xE2 {
                appendASCII(text[index + 2] == 0xA8 ? "\\u2028" : "\\u2029")
                index += 3
            } else {
                appendEscape(of: text[index])
                index += 1
            }
            plainStart = index
        }
    }

    /// The index of the first character to escape at `start` or later; the count if there is none.
    private func firstEscaped(in text: Span<UInt8>, from start: Int) -> Int {
        guard escaping == .html else { return JSONCharacters.firstSpecial(in: text, from: start) }
        for index in start..<text.count {
            switch text[index] {
            case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "="), UInt8(ascii: "<"),
                UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "'"):
                return index
            case 0xE2 where isLineSeparator(text, at: index): return index
            default: break
            }
        }
        return text.count
    }

    /// U+2028 and U+2029 are E2 80 A8 and E2 80 A9.
    private func isLineSeparator(_ text: Span<UInt8>, at index: Int) -> Bool {
        index + 2 < text.count && text[index + 1] == 0x80 && text[index + 2] & 0xFE == 0xA8
    }

    private mutating func appendEscape(of byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): appendASCII("\\\"")
        case UInt8(ascii: "\\"): appendASCII("\\\\")
        case 0x08: appendASCII("\\b")
        case 0x09: appendASCII("\\t")
        case 0x0A: appendASCII("\\n")
        case 0x0C: appendASCII("\\f")
        case 0x0D: appendASCII("\\r")
        default:
            let digits: StaticString = "0123456789abcdef"
            appendASCII("\\u00")
            // Safety: the static string has 16 bytes, and each index is below 16.
            bytes.append(digits.utf8Start[Int(byte >> 4)])
            bytes.append(digits.utf8Start[Int(byte & 15)])
        }
    }

    private mutating func append(_ text: Span<UInt8>, _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        // Safety: the pointer does not leave the closure.
        text.extracting(range).withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }
}
