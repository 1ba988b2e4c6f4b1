// SPDX-License-Identifier: Apache-2.0

/// The CRC-32 of zlib, gzip and Ethernet (polynomial 0x04C11DB7, reflected, initial value and final exclusive-or all
/// ones). The value for the ASCII bytes `123456789` is 0xCBF43926.
public struct CRC32: Sendable, Hashable {
    /// The register as the algorithm keeps it, the complement of the value.
    private var register: UInt32

    /// A checksum of no bytes.
    public init() {
        register = ~0
    }

    /// Goes on from the checksum of the bytes before.
    public init(continuing value: UInt32) {
        register = ~value
    }

    /// The checksum of all bytes so far.
    public var value: UInt32 { ~register }

    /// Takes in bytes.
    public mutating func update(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Takes in bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        register = CRC32Tables.shared.advance(register, over: bytes)
    }

    /// Takes in bytes.
    public mutating func update(_ bytes: some Sequence<UInt8>) {
        let done: Void? = bytes.withContiguousStorageIfAvailable { update($0.span) }
        if done == nil {
            update(Array(bytes).span)
        }
    }
}
