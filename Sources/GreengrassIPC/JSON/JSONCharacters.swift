// SPDX-License-Identifier: Apache-2.0

enum JSONCharacters {
    /// The index of the first quote, backslash or control character at `start` or later; the count if there is none.
    ///
    /// Looks at eight bytes at a time: payloads are long strings.
    static func firstSpecial(in text: Span<UInt8>, from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highBits: UInt64 = 0x8080_8080_8080_8080
        let raw = text.bytes
        var index = start
        while index + 8 <= raw.byteCount {
            // Safety: "unsafe" only means that any bits must be a valid value, which holds for integers.
            let word = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            // A byte's high bit ends up set where the subtraction wraps; a borrow can only spoil the bytes after a hit.
            let hits =
                ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
                | ((word &- (ones &* 0x20)) & ~word)
            guard hits & highBits == 0 else { return index + (hits & highBits).trailingZeroBitCount / 8 }
            index += 8
        }
        while index < text.count {
            let byte = text[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            index += 1
        }
        return index
    }
}
