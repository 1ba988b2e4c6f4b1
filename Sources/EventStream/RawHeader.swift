// SPDX-License-Identifier: Apache-2.0

/// One header as it lies in a message's bytes: nothing is copied, and it cannot outlive the call that hands it out.
public struct RawHeader: ~Escapable {
    /// The bytes of the name. They need not be UTF-8 when the message came from a peer.
    public let name: Span<UInt8>

    /// The value.
    public let value: RawHeaderValue

    @_lifetime(copy block)
    @inline(__always)
    init(_ fields: HeaderFields, in block: Span<UInt8>) {
        name = block.extracting(fields.name)
        value = RawHeaderValue(fields.type, block.extracting(fields.value), at: fields.value)
    }

    /// Whether the name is exactly this one, byte by byte.
    @inlinable
    public func isNamed(_ other: StaticString) -> Bool {
        name.isEqual(to: other)
    }
}

/// The value of a ``RawHeader``.
public enum RawHeaderValue: ~Escapable {
    /// A truth value.
    case bool(Bool)
    /// An integer of one byte.
    case int8(Int8)
    /// An integer of two bytes.
    case int16(Int16)
    /// An integer of four bytes.
    case int32(Int32)
    /// An integer of eight bytes.
    case int64(Int64)
    /// A byte buffer, and where it lies: see ``MessageHeaders/bytes(at:)``.
    case bytes(Span<UInt8>, at: Range<Int>)
    /// The bytes of a string, which need not be UTF-8, and where they lie: see ``MessageHeaders/string(at:)``.
    case string(Span<UInt8>, at: Range<Int>)
    /// A moment, in milliseconds since the start of 1970 in UTC.
    case timestamp(millisecondsSince1970: Int64)
    /// A UUID.
    case uuid(UUIDBytes)

    // Inlined, for a value made in a call of its own is written in parts and then read back whole, which stalls.
    @_lifetime(copy bytes)
    @inline(__always)
    init(_ type: HeaderType, _ bytes: Span<UInt8>, at range: Range<Int>) {
        switch type {
        case .boolTrue: self = .bool(true)
        case .boolFalse: self = .bool(false)
        case .int8: self = .int8(bytes.bigEndian(at: 0))
        case .int16: self = .int16(bytes.bigEndian(at: 0))
        case .int32: self = .int32(bytes.bigEndian(at: 0))
        case .int64: self = .int64(bytes.bigEndian(at: 0))
        case .bytes: self = .bytes(bytes, at: range)
        case .string: self = .string(bytes, at: range)
        case .timestamp: self = .timestamp(millisecondsSince1970: bytes.bigEndian(at: 0))
        case .uuid: self = .uuid(UUIDBytes(high: bytes.bigEndian(at: 0), low: bytes.bigEndian(at: 8)))
        }
    }
}

extension HeaderValue {
    /// Copies a raw value out of its message; malformed UTF-8 becomes U+FFFD.
    public init(_ raw: RawHeaderValue) {
        switch raw {
        case .bool(let value): self = .bool(value)
        case .int8(let value): self = .int8(value)
        case .int16(let value): self = .int16(value)
        case .int32(let value): self = .int32(value)
        case .int64(let value): self = .int64(value)
        case .bytes(let bytes, at: _): self = .bytes(bytes.withUnsafeBufferPointer { Array($0) })
        case .string(let bytes, at: _): self = .string(String(repairing: bytes))
        case .timestamp(let milliseconds): self = .timestamp(millisecondsSince1970: milliseconds)
        case .uuid(let uuid): self = .uuid(uuid)
        }
    }
}
