// SPDX-License-Identifier: Apache-2.0

/// Decodes base64 that comes in pieces, because escapes may interrupt it.
struct Base64Decoder {
    private var output: [UInt8] = []
    /// Bytes of `output` that are filled.
    private var count = 0
    /// The letters of the group that is not complete yet: their bits and how many.
    private var group: UInt32 = 0
    private var letters = 0
    private var paddings = 0

    /// - Parameter capacity: The most letters that will come.
    init(capacity: Int) {
        // The fast part stores eight bytes for six.
        let count = capacity / 4 * 3 + 8
        output.append(addingCapacity: count) { $0.append(repeating: 0, count: count) }
    }

    /// Takes the letters in `range`, as far as they are base64; returns the index after the last one taken.
    mutating func append(_ text: Span<UInt8>, in range: Range<Int>) -> Int {
        var index = range.lowerBound
        while index < range.upperBound {
            if letters == 0, paddings == 0 { index = appendGroups(text, in: index..<range.upperBound) }
            guard index < range.upperBound, append(text[index]) else { return index }
            index += 1
        }
        return index
    }

    /// Takes one letter or padding character; false if it does not belong here.
    mutating func append(_ letter: UInt8) -> Bool {
        if letter == UInt8(ascii: "=") {
            paddings += 1
            return letters >= 2 && letters + paddings <= 4
        }
        let value = Self.values[Int(letter)]
        guard value < 64, paddings == 0 else { return false }
        group = group << 6 | UInt32(value)
        letters += 1
        if letters == 4 {
            guard count + 3 <= output.count else { return false }
            output[count] = UInt8(truncatingIfNeeded: group >> 16)
            output[count + 1] = UInt8(truncatingIfNeeded: group >> 8)
            output[count + 2] = UInt8(truncatingIfNeeded: group)
            count += 3
            group = 0
            letters = 0
        }
        return true
    }

    /// The bytes; nil if the text breaks off within a byte or within its padding.
    consuming func finish() -> [UInt8]? {
        guard letters != 1, paddings == 0 || letters + paddings == 4 else { return nil }
        if letters >= 2 {
            group <<= UInt32(24 - 6 * letters)
            output[count] = UInt8(truncatingIfNeeded: group >> 16)
            output[count + 1] = UInt8(truncatingIfNeeded: group >> 8)
            count += letters - 1
        }
        output.removeLast(output.count - count)
        return output
    }

    /// The fast part: two groups of four letters, loaded and stored at once.
    private mutating func appendGroups(_ text: Span<UInt8>, in range: Range<Int>) -> Int {
        let raw = text.bytes
        var index = range.lowerBound
        var count = self.count
        var span = output.mutableSpan
        var output = span.mutableBytes
        while index + 8 <= range.upperBound, count + 8 <= output.byteCount {
            // Safety: "unsafe" only means that any bits must be a valid value, which holds for integers.
            let letters = UInt64(bigEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            let high = Self.bits(of: UInt32(truncatingIfNeeded: letters >> 32))
            let low = Self.bits(of: UInt32(truncatingIfNeeded: letters))
            guard (high | low) >> 24 == 0 else { break }
            let group = UInt64(high) << 40 | UInt64(low) << 16
            output.storeBytes(of: group.bigEndian, toByteOffset: count, as: UInt64.self)
            count += 6
            index += 8
        }
        self.count = count
        return index
    }

    /// The 24 bits of four letters; a greater number if one is none.
    @inline(__always)
    private static func bits(of letters: UInt32) -> UInt32 {
        let first = UInt32(values[Int(letters >> 24)])
        let second = UInt32(values[Int(letters >> 16 & 0xFF)])
        let third = UInt32(values[Int(letters >> 8 & 0xFF)])
        let fourth = UInt32(values[Int(letters & 0xFF)])
        let invalid = (first | second | third | fourth) & 0xC0
        return first << 18 | second << 12 | third << 6 | fourth | invalid << 24
    }

    /// The six bits of each letter, of both alphabets; 255 for what is none.
    private static let values: InlineArray<256, UInt8> = [
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 62, 255, 62, 255, 63,
        52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 255, 255, 255, 255, 255, 255,
        255, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
        15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 255, 255, 255, 255, 63,
        255, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
        41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    ]
}
