// SPDX-License-Identifier: Apache-2.0

/// The 16 bytes of a UUID, in the order in which its text shows them.
public struct UUIDBytes: Sendable, Hashable {
    /// The first eight bytes, the first of them being the most significant.
    public var high: UInt64
    /// The last eight bytes, the first of them being the most significant.
    public var low: UInt64

    /// A UUID of two halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A UUID of 16 bytes; `nil` if there are more or fewer.
    public init?(_ bytes: some Sequence<UInt8>) {
        self.init(high: 0, low: 0)
        var count = 0
        for byte in bytes {
            guard count < 16 else { return nil }
            high = high << 8 | low >> 56
            low = low << 8 | UInt64(byte)
            count += 1
        }
        guard count == 16 else { return nil }
    }

    /// The 16 bytes, first to last.
    public var bytes: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> (56 - 8 * UInt64($0 & 7))) }
    }
}

extension UUIDBytes: LosslessStringConvertible {
    /// Reads the usual text form: 32 hexadecimal digits of either case, hyphens after 8, 12, 16 and 20 of them.
    public init?(_ description: String) {
        let text = Array(description.utf8)
        guard text.count == 36 else { return nil }
        self.init(high: 0, low: 0)
        for (index, byte) in text.enumerated() {
            if [8, 13, 18, 23].contains(index) {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
            high = high << 4 | low >> 60
            low = low << 4 | UInt64(digit)
        }
    }

    /// The usual text form in lower case, `01020304-0506-0708-090a-0b0c0d0e0f10`.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) {
                text.append(UInt8(ascii: "-"))
            }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
