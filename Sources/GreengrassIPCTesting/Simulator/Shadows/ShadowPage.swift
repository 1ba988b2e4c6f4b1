// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// The tokens with which a client asks for the next page of a thing's shadows.
///
/// Sixteen bytes in base64, like the real ones, which only a thing's own are good for: a checksum of its name, and how
/// many names were told.
enum ShadowPage {
    static let sizes = Int64(1)...100
    static let defaultSize: Int64 = 25

    struct Refusal: Error, Equatable {
        var text: String
    }

    static func token(thing: String, offset: Int) -> String {
        let mark = checksum(of: thing)
        return Base64.encode(bytes(of: mark) + bytes(of: mark ^ UInt64(offset)))
    }

    static func offset(of token: String, thing: String) -> Result<Int, Refusal> {
        if token.isEmpty { return .success(0) }
        if let stranger = token.utf8.first(where: { !isBase64($0) }) {
            return .failure(Refusal(text: "Illegal base64 character " + String(stranger, radix: 16)))
        }
        guard let bytes = Base64.decode(token), bytes.count == 16 else { return .failure(invalid) }
        let mark = number(bytes.prefix(8))
        let offset = mark ^ number(bytes.suffix(8))
        guard mark == checksum(of: thing), offset <= 1 << 32 else { return .failure(invalid) }
        return .success(Int(offset))
    }

    private static let invalid = Refusal(text: "Invalid nextToken argument")

    private static func isBase64(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="):
            true
        default: false
        }
    }

    /// FNV-1a.
    private static func checksum(of text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    private static func bytes(of number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
