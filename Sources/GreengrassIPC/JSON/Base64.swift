// SPDX-License-Identifier: Apache-2.0

/// Base64 (RFC 4648): written with the standard alphabet and padding; the URL-safe alphabet and missing padding are
/// accepted too when reading.
package enum Base64 {
    /// The text for these bytes, padded.
    package static func encode(_ bytes: Span<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        encode(bytes, to: &text)
        return text
    }

    /// The text for these bytes, padded.
    package static func encode(_ bytes: [UInt8]) -> String {
        String(decoding: encode(bytes.span), as: UTF8.self)
    }

    /// The bytes of a text; nil if it is not base64.
    package static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        var decoder = Base64Decoder(capacity: text.count)
        guard decoder.append(text, in: 0..<text.count) == text.count else { return nil }
        return decoder.finish()
    }

    /// The bytes of a text; nil if it is not base64.
    package static func decode(_ text: String) -> [UInt8]? {
        decode(text.utf8.span)
    }

    /// Appends the text for `bytes`, with `padding` for each letter that the last group lacks.
    static func encode(_ bytes: Span<UInt8>, to text: inout [UInt8], padding: StaticString = "=") {
        let groups = bytes.count / 3
        let start = text.count
        // With nothing to add the standard library would write to the storage that all empty arrays share.
        if groups > 0 { text.append(addingCapacity: groups * 4) { $0.append(repeating: 0, count: groups * 4) } }
        encodeGroups(bytes, count: groups, to: &text, from: start)
        let rest = groups * 3
        guard rest < bytes.count else { return }
        let isSingle = rest + 1 == bytes.count
        let group = UInt32(bytes[rest]) << 16 | (isSingle ? 0 : UInt32(bytes[rest + 1]) << 8)
        text.append(letter(group >> 18))
        text.append(letter(group >> 12))
        if !isSingle { text.append(letter(group >> 6)) }
        for _ in 0..<(isSingle ? 2 : 1) {
            // Safety: a static string has that many bytes at `utf8Start`, for ever.
            text.append(contentsOf: UnsafeBufferPointer(start: padding.utf8Start, count: padding.utf8CodeUnitCount))
        }
    }

    /// Four letters are stored at once, and four bytes loaded where so many are left.
    private static func encodeGroups(_ bytes: Span<UInt8>, count: Int, to text: inout [UInt8], from start: Int) {
        let raw = bytes.bytes
        var span = text.mutableSpan
        var output = span.mutableBytes
        for index in 0..<count {
            let offset = index * 3
            let group: UInt32
            if offset + 4 <= raw.byteCount {
                // Safety: "unsafe" only means that any bits must be a valid value, which holds for integers.
                group = UInt32(bigEndian: raw.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)) >> 8
            } else {
                group = UInt32(bytes[offset]) << 16 | UInt32(bytes[offset + 1]) << 8 | UInt32(bytes[offset + 2])
            }
            let letters =
                UInt32(letter(group >> 18)) | UInt32(letter(group >> 12)) << 8
                | UInt32(letter(group >> 6)) << 16 | UInt32(letter(group)) << 24
            output.storeBytes(of: letters.littleEndian, toByteOffset: start + index * 4, as: UInt32.self)
        }
    }

    /// The letter for the lowest six bits.
    @inline(__always)
    private static func letter(_ bits: UInt32) -> UInt8 {
        alphabet[Int(bits & 63)]
    }

    /// The standard alphabet in ASCII.
    private static let alphabet: InlineArray<64, UInt8> = [
        65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80,
        81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 97, 98, 99, 100, 101, 102,
        103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118,
        119, 120, 121, 122, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 43, 47,
    ]
}
