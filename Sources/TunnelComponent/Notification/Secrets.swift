// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// The access token of one tunnel: whoever holds it can join the tunnel.
///
/// It never shows in a description, a dump or a log; `exposedValue` is for the pipe to the proxy and for the hash.
struct AccessToken: Hashable, Sendable {
    /// The token itself. For the proxy's standard input, the digest and redaction alone.
    let exposedValue: String

    /// Refuses what cannot stand in a line `access-token = …` of the proxy's configuration or in an HTTP header.
    ///
    /// - Parameter text: 1 to 4096 visible ASCII characters; no blank, no quote, no backslash, and no `#`, which
    ///   starts a comment in the configuration.
    init?(_ text: String) {
        guard (1...Self.maximumLength).contains(text.utf8.count), text.utf8.allSatisfy(Self.isLegal) else { return nil }
        exposedValue = text
    }

    /// What the proxy accepts at most.
    static let maximumLength = 4096

    private static func isLegal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "#"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\"): false
        default: (0x21...0x7E).contains(byte)
        }
    }
}

/// The second half of a handshake: with it an access token may be used again, after a dropped connection or a crash.
///
/// Hidden like the access token.
struct ClientToken: Hashable, Sendable {
    /// The token itself. For the proxy's standard input and redaction alone.
    let exposedValue: String

    /// A fresh random UUID (version 4), which the service accepts as a client token.
    init(using generator: inout some RandomNumberGenerator) {
        let high = (generator.next() as UInt64) & ~0xF000 | 0x4000
        let low = (generator.next() as UInt64) & ~(0xC0 << 56) | (0x80 << 56)
        let digits = Self.hexadecimal(high) + Self.hexadecimal(low)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        exposedValue = text
    }

    /// A fresh random one from the system's generator.
    static func random() -> ClientToken {
        var generator = SystemRandom()
        return ClientToken(using: &generator)
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension AccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var description: String { "<access token>" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}

extension ClientToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var description: String { "<client token>" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}
