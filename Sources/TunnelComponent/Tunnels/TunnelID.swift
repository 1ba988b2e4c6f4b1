// SPDX-License-Identifier: Apache-2.0

/// What a tunnel is called in the log: the first eight hexadecimal digits of the SHA-256 of its token.
struct TunnelID: Hashable, Sendable, CustomStringConvertible {
    let description: String

    /// - Parameter digest: the 32 bytes of the SHA-256.
    init(digest: [UInt8]) {
        description = digest.prefix(4).map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}
