// SPDX-License-Identifier: Apache-2.0

/// Writes headers straight into the bytes of a frame.
///
/// A header that cannot be written (an empty name, a name or value that is too long, one header too many) makes the
/// whole frame fail; what is written after it is dropped.
public struct HeaderWriter: ~Copyable {
    /// The most that peers accept as the length of a string or byte buffer, although two bytes could say more.
    static let valueByteCountWritten = 32767

    private var output: [UInt8]
    private let limits: MessageLimits
    private let frameStart: Int
    private let blockStart: Int
    private(set) var failure: EventStreamError?

    /// How many headers were written.
    public private(set) var count = 0

    init(appendingTo output: consuming [UInt8], limits: MessageLimits, frameStart: Int) {
        self.limits = limits
        self.frameStart = frameStart
        blockStart = output.count
        self.output = output
    }

    /// Throws if a header could not be written.
    func check() throws(EventStreamError) {
        if let failure { throw failure }
    }

    /// Gives back the array that was handed over, headers appended.
    consuming func takeOutput() -> [UInt8] {
        output
    }

    /// Writes a header of any type.
    public mutating func append(_ header: Header) {
        var name = header.name
        name.withUTF8 { write(header.value, named: $0) }
    }

    /// Writes a header of any type.
    public mutating func append(_ name: StaticString, _ value: HeaderValue) {
        name.withUTF8Buffer { write(value, named: $0) }
    }

    /// Writes an integer of four bytes.
    public mutating func int32(_ name: StaticString, _ value: Int32) {
        name.withUTF8Buffer { write(.int32, UInt64(truncatingIfNeeded: value), count: 4, named: $0) }
    }

    /// Writes a string.
    public mutating func string(_ name: StaticString, _ value: String) {
        var value = value
        value.withUTF8 { bytes in name.withUTF8Buffer { write(.string, bytes, named: $0) } }
    }

    /// Writes a string that does not change.
    public mutating func string(_ name: StaticString, _ value: StaticString) {
        value.withUTF8Buffer { bytes in name.withUTF8Buffer { write(.string, bytes, named: $0) } }
    }

    /// Writes a string whose UTF-8 is at hand.
    public mutating func string(_ name: StaticString, utf8 value: Span<UInt8>) {
        value.withUnsafeBufferPointer { bytes in name.withUTF8Buffer { write(.string, bytes, named: $0) } }
    }

    /// Writes a byte buffer.
    public mutating func bytes(_ name: StaticString, _ value: Span<UInt8>) {
        value.withUnsafeBufferPointer { bytes in name.withUTF8Buffer { write(.bytes, bytes, named: $0) } }
    }
}

extension HeaderWriter {
    private mutating func write(_ value: HeaderValue, named name: UnsafeBufferPointer<UInt8>) {
        switch value {
        case .bool(let value): write(value ? .boolTrue : .boolFalse, 0, count: 0, named: name)
        case .int8(let value): write(.int8, UInt64(truncatingIfNeeded: value), count: 1, named: name)
        case .int16(let value): write(.int16, UInt64(truncatingIfNeeded: value), count: 2, named: name)
        case .int32(let value): write(.int32, UInt64(truncatingIfNeeded: value), count: 4, named: name)
        case .int64(let value): write(.int64, UInt64(truncatingIfNeeded: value), count: 8, named: name)
        case .timestamp(let value): write(.timestamp, UInt64(truncatingIfNeeded: value), count: 8, named: name)
        case .bytes(let value): value.withUnsafeBufferPointer { write(.bytes, $0, named: name) }
        case .string(var value): value.withUTF8 { write(.string, $0, named: name) }
        case .uuid(let value): value.bytes.withUnsafeBufferPointer { begin(.uuid, named: name, tail: $0) }
        }
    }

    /// Writes a header whose value is the last `count` bytes of a big-endian integer.
    private mutating func write(
        _ type: HeaderType,
        _ value: UInt64,
        count: Int,
        named name: UnsafeBufferPointer<UInt8>
    ) {
        withUnsafeBytes(of: value.bigEndian) { bytes in
            begin(type, named: name, tail: bytes.bindMemory(to: UInt8.self).suffix(count).rebased)
        }
    }

    /// Writes a header whose value has its length before it.
    private mutating func write(
        _ type: HeaderType,
        _ value: UnsafeBufferPointer<UInt8>,
        named name: UnsafeBufferPointer<UInt8>
    ) {
        let limit = min(limits.headerValueByteCount, Self.valueByteCountWritten)
        guard value.count <= limit else {
            return fail(.headerValueTooLong, "a header's value has \(value.count) bytes, the limit is \(limit)")
        }
        begin(type, named: name, length: value.count, tail: value)
    }

    private mutating func begin(
        _ type: HeaderType,
        named name: UnsafeBufferPointer<UInt8>,
        length: Int? = nil,
        tail: UnsafeBufferPointer<UInt8>
    ) {
        let size = 2 + name.count + (length == nil ? 0 : 2) + tail.count
        guard failure == nil, canWrite(named: name.count, size: size) else { return }
        output.append(UInt8(name.count))
        output.append(contentsOf: name)
        output.append(type.rawValue)
        if let length {
            output.append(UInt8(length >> 8))
            output.append(UInt8(length & 255))
        }
        output.append(contentsOf: tail)
        count += 1
    }

    private mutating func canWrite(named nameCount: Int, size: Int) -> Bool {
        if nameCount == 0 {
            fail(.headerNameEmpty, "a header has no name")
        } else if nameCount > min(limits.headerNameByteCount, 255) {
            let limit = min(limits.headerNameByteCount, 255)
            fail(.headerNameTooLong, "a header's name has \(nameCount) bytes, the limit is \(limit)")
        } else if count >= limits.headerCount {
            fail(.tooManyHeaders, "there are more than \(limits.headerCount) headers")
        } else if output.count - blockStart + size > limits.headerBlockByteCount {
            let limit = limits.headerBlockByteCount
            fail(.headerBlockTooLarge, "the headers have over \(limit) bytes, which is the limit")
        }
        return failure == nil
    }

    private mutating func fail(_ code: EventStreamError.Code, _ message: String) {
        if failure == nil {
            failure = EventStreamError(code: code, offset: UInt64(output.count - frameStart), message: message)
        }
    }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
    fileprivate var rebased: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: self) }
}
