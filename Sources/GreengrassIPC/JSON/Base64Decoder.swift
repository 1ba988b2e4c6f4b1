// SPDX-License-Identifier: Apache-2.0

/// Decodes base64 that comes in pieces, because escapes may interrupt it.
struct Base64Decoder {
    private var output: [UInt8]
    /// Bytes of `output` that are filled.
    private var count = 0
    /// The letters of the group that is not complete yet: their bits and how many.
    private var group: UInt32 = 0
    private var letters = 0
    private var paddings = 0

    /// - Parameter capacity: The most letters that will come.
    init(capacity: Int) {
        output = [UInt8](repeating: 0, count: capacity / 4 * 3 + 3)
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
        let value = Base64.values[Int(letter)]
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
        var result = output
        if letters >= 2 {
            group <<= UInt32(24 - 6 * letters)
            result[count] = UInt8(truncatingIfNeeded: group >> 16)
            result[count + 1] = UInt8(truncatingIfNeeded: group >> 8)
            count += letters - 1
        }
        result.removeLast(result.count - count)
        return result
    }

    /// The fast part: whole groups of four letters.
    private mutating func appendGroups(_ text: Span<UInt8>, in range: Range<Int>) -> Int {
        let values = Base64.values
        var index = range.lowerBound
        var count = self.count
        var output = self.output.mutableSpan
        while index + 4 <= range.upperBound, count + 3 <= output.count {
            let first = values[Int(text[index])]
            let second = values[Int(text[index + 1])]
            let third = values[Int(text[index + 2])]
            let fourth = values[Int(text[index + 3])]
            guard (first | second | third | fourth) < 64 else { break }
            let group = UInt32(first) << 18 | UInt32(second) << 12 | UInt32(third) << 6 | UInt32(fourth)
            output[count] = UInt8(truncatingIfNeeded: group >> 16)
            output[count + 1] = UInt8(truncatingIfNeeded: group >> 8)
            output[count + 2] = UInt8(truncatingIfNeeded: group)
            count += 3
            index += 4
        }
        self.count = count
        return index
    }
}
