// SPDX-License-Identifier: Apache-2.0

/// One header of a message.
public struct Header: Sendable, Hashable {
    /// The name. On the wire 1 to 255 bytes of UTF-8; keep to at most 127 bytes of ASCII, since some peers cannot read
    /// anything else.
    public var name: String
    /// The value.
    public var value: HeaderValue

    /// A header of a name and a value.
    public init(name: String, value: HeaderValue) {
        self.name = name
        self.value = value
    }
}

/// The value of a header: one of the ten types that the format knows (the two truth values are a type each).
public enum HeaderValue: Sendable, Hashable {
    /// A truth value.
    case bool(Bool)
    /// An integer of one byte.
    case int8(Int8)
    /// An integer of two bytes.
    case int16(Int16)
    /// An integer of four bytes, the only kind that event-stream RPC uses.
    case int32(Int32)
    /// An integer of eight bytes.
    case int64(Int64)
    /// A byte buffer of at most 32767 bytes.
    case bytes([UInt8])
    /// A string of at most 32767 bytes of UTF-8. One that was received with malformed UTF-8 has U+FFFD in its place.
    case string(String)
    /// A moment, in milliseconds since the start of 1970 in UTC.
    case timestamp(millisecondsSince1970: Int64)
    /// A UUID.
    case uuid(UUIDBytes)
}

/// The byte on the wire that says what type a header's value is.
enum HeaderType: UInt8 {
    case boolTrue, boolFalse, int8, int16, int32, int64, bytes, string, timestamp, uuid

    /// How many bytes the value has; `nil` where the wire gives a length.
    var fixedByteCount: Int? {
        switch self {
        case .boolTrue, .boolFalse: 0
        case .int8: 1
        case .int16: 2
        case .int32: 4
        case .int64, .timestamp: 8
        case .uuid: 16
        case .bytes, .string: nil
        }
    }
}
