// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// SHA-256 of what comes in portions.
struct SHA256: Sendable {
    private var context = SHA256_CTX()

    init() {
        SHA256_Init(&context)
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        SHA256_Update(&context, bytes.baseAddress, bytes.count)
    }

    /// The 32 bytes; the value is used up.
    mutating func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        SHA256_Final(&digest, &context)
        return digest
    }

    /// Two lower-case digits a byte.
    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension AccessToken {
    /// The SHA-256 of the token: what it is known by everywhere but on its way to the proxy.
    var digest: [UInt8] {
        var hash = SHA256()
        Array(exposedValue.utf8).withUnsafeBytes { hash.update($0) }
        return hash.finish()
    }
}
