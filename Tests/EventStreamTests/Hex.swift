// SPDX-License-Identifier: Apache-2.0

enum Hex {
    /// The bytes of hexadecimal text; anything that is no digit is passed over.
    static func bytes(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
