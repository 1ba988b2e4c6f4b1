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

    /// Appends the text for `bytes`, without padding: what a last group of one or two bytes lacks is left to do.
    static func encode(_ bytes: Span<UInt8>, to text: inout [UInt8], padding: StaticString = "=") {
        let alphabet = self.alphabet
        let whole = bytes.count / 3 * 3
        text.reserveCapacity(text.count + (bytes.count + 2) / 3 * 4 + 10)
        text.append(addingCapacity: whole / 3 * 4) { output in
            var index = 0
            while index < whole {
                let group = UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
                output.append(alphabet[Int(group >> 18)])
                output.append(alphabet[Int(group >> 12 & 63)])
                output.append(alphabet[Int(group >> 6 & 63)])
                output.append(alphabet[Int(group & 63)])
                index += 3
            }
        }
        guard whole < bytes.count else { return }
        let isSingle = whole + 1 == bytes.count
        let group = UInt32(bytes[whole]) << 8 | (isSingle ? 0 : UInt32(bytes[whole + 1]))
        text.append(alphabet[Int(group >> 10)])
        text.append(alphabet[Int(group >> 4 & 63)])
        if !isSingle { text.append(alphabet[Int(group << 2 & 63)]) }
        for _ in 0..<(isSingle ? 2 : 1) { text.append(contentsOf: padding.description.utf8) }
    }

    static let alphabet: [UInt8] = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The six bits of each letter; 0xFF for what is none.
    static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
        values[Int(UInt8(ascii: "-"))] = 62
        values[Int(UInt8(ascii: "_"))] = 63
        return values
    }()
}
