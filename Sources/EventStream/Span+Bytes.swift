// SPDX-License-Identifier: Apache-2.0

extension Span<UInt8> {
    /// The integer at `start`, most significant byte first. Traps if it is not all there.
    @inline(__always)
    func bigEndian<Value: FixedWidthInteger & BitwiseCopyable>(at start: Int, as type: Value.Type = Value.self) -> Value
    {
        // Safety: the load checks its bounds, and every pattern of bits is an integer.
        Value(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start, as: type))
    }

    // Inlinable, for the lengths alone tell most names apart: it takes a twentieth off decoding a small message.
    /// Whether the bytes are exactly those of `text`.
    @inlinable
    public func isEqual(to text: StaticString) -> Bool {
        guard text.hasPointerRepresentation else { return isEqual(toScalar: text) }
        return count == text.utf8CodeUnitCount && isEqual(toBytesAt: text.utf8Start)
    }

    @usableFromInline
    func isEqual(toScalar text: StaticString) -> Bool {
        text.withUTF8Buffer { $0.count == count && isEqual(toBytesAt: $0.baseAddress) }
    }

    /// Whether the bytes are the same as the `count` bytes there.
    @usableFromInline
    func isEqual(toBytesAt other: UnsafePointer<UInt8>?) -> Bool {
        // Safety: only called for texts that have as many bytes.
        withUnsafeBytes { UnsafeRawBufferPointer(start: other, count: count).hasSameBytes(as: $0) }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether another buffer of the same length holds the same bytes. Words at a time, the last one overlapping.
    @inline(__always)
    fileprivate func hasSameBytes(as other: Self) -> Bool {
        guard count >= 8 else {
            for index in 0..<count where self[index] != other[index] { return false }
            return true
        }
        var offset = 0
        while offset < count - 8 {
            guard hasSameWord(as: other, at: offset) else { return false }
            offset += 8
        }
        return hasSameWord(as: other, at: count - 8)
    }

    @inline(__always)
    private func hasSameWord(as other: Self, at offset: Int) -> Bool {
        loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            == other.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
}

extension String {
    /// The text in bytes that ought to be UTF-8; what is malformed becomes U+FFFD.
    init(repairing bytes: Span<UInt8>) {
        self = bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}
