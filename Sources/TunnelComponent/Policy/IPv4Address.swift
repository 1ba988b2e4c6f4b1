// SPDX-License-Identifier: Apache-2.0

/// An IPv4 address; the proxy reaches no other.
struct IPv4Address: Hashable, Sendable, CustomStringConvertible {
    /// In host byte order.
    let value: UInt32

    init(_ value: UInt32) {
        self.value = value
    }

    /// Reads four decimal numbers. A leading zero means octal to some resolvers; only the form without is taken.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard let octet = UInt8(part), String(octet) == part else { return nil }
            value = value << 8 | UInt32(octet)
        }
        self.value = value
    }

    static let loopback = IPv4Address(0x7F00_0001)

    /// Whether it is this device's own, 127.0.0.0/8.
    var isLoopback: Bool { value >> 24 == 127 }

    /// What no list can allow: "this network", link-local with the metadata service, multicast, broadcast, and the
    /// metadata services of other clouds.
    var isForbidden: Bool {
        switch value {
        case 0x6464_64C8, 0xC000_00C0, 0xA83F_8110: true
        default: value >> 24 == 0 || value >> 16 == 0xA9FE || value >> 28 >= 0xE
        }
    }

    var description: String {
        [24, 16, 8, 0].map { String(value >> UInt32($0) & 0xFF) }.joined(separator: ".")
    }
}
