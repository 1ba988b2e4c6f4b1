// SPDX-License-Identifier: Apache-2.0

/// Where a string lies in the text, without its quotes.
struct JSONStringToken: Hashable {
    var start: Int
    var end: Int
    var hasEscapes: Bool
}

extension JSONReader {
    /// Reads a string. Lone surrogates and ill-formed UTF-8 become U+FFFD.
    public mutating func readString() throws(JSONError) -> String {
        try beginString("expected a string")
        return text(of: try scanString())
    }

    mutating func beginString(_ message: StaticString) throws(JSONError) {
        skipWhiteSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            throw error(message.description)
        }
    }

    /// Reads over the string that starts here; its escapes are valid afterwards.
    mutating func scanString() throws(JSONError) -> JSONStringToken {
        position += 1
        var token = JSONStringToken(start: position, end: position, hasEscapes: false)
        while true {
            position = JSONCharacters.firstSpecial(in: bytes, from: position)
            guard position < bytes.count else { throw error("string without end") }
            switch bytes[position] {
            case UInt8(ascii: "\""):
                token.end = position
                position += 1
                return token
            case UInt8(ascii: "\\"):
                token.hasEscapes = true
                try scanEscape()
            default:
                throw error("control character in a string")
            }
        }
    }

    private mutating func scanEscape() throws(JSONError) {
        guard position + 1 < bytes.count else { throw error("string without end") }
        switch bytes[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        case UInt8(ascii: "u"):
            guard codeUnit(at: position + 2) != nil else { throw error("\\u without four hexadecimal digits") }
            position += 6
        default:
            throw error("unknown escape in a string")
        }
    }

    /// The four hexadecimal digits at `offset`, if they are there.
    private func codeUnit(at offset: Int) -> UInt16? {
        guard offset + 4 <= bytes.count else { return nil }
        var value: UInt16 = 0
        for index in offset..<offset + 4 {
            let digit: UInt8
            switch bytes[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = bytes[index] - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = bytes[index] - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = bytes[index] - UInt8(ascii: "A") + 10
            default: return nil
            }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    /// The string's value.
    func text(of token: JSONStringToken) -> String {
        if token.hasEscapes { return String(decoding: unescaped(token), as: UTF8.self) }
        let characters = bytes.extracting(token.start..<token.end)
        // Safety: the pointer does not leave the closure; the initialiser takes any bytes and repairs ill-formed ones.
        return characters.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    private func unescaped(_ token: JSONStringToken) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(token.end - token.start)
        var index = token.start
        while index < token.end {
            if bytes[index] == UInt8(ascii: "\\") {
                let scalar = unescape(at: &index)
                result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    /// The character that the (valid) escape at `index` stands for; a surrogate pair counts as one escape.
    func unescape(at index: inout Int) -> Unicode.Scalar {
        let letter = bytes[index + 1]
        guard letter == UInt8(ascii: "u") else {
            index += 2
            switch letter {
            case UInt8(ascii: "b"): return "\u{8}"
            case UInt8(ascii: "f"): return "\u{C}"
            case UInt8(ascii: "n"): return "\n"
            case UInt8(ascii: "r"): return "\r"
            case UInt8(ascii: "t"): return "\t"
            default: return Unicode.Scalar(letter)
            }
        }
        let unit = codeUnit(at: index + 2) ?? 0xFFFD
        index += 6
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard UTF16.isLeadSurrogate(unit), index + 6 <= bytes.count,
            bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u"),
            let trail = codeUnit(at: index + 2), UTF16.isTrailSurrogate(trail)
        else { return "\u{FFFD}" }
        index += 6
        let offset = (UInt32(unit) - 0xD800) << 10 | (UInt32(trail) - 0xDC00)
        return Unicode.Scalar(0x1_0000 + offset) ?? "\u{FFFD}"
    }
}
