// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

extension AccessToken {
    /// The SHA-256 of the token: what it is known by everywhere but on its way to the proxy.
    var digest: [UInt8] {
        let bytes = Array(exposedValue.utf8)
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        var context = SHA256_CTX()
        SHA256_Init(&context)
        SHA256_Update(&context, bytes, bytes.count)
        SHA256_Final(&digest, &context)
        return digest
    }
}
