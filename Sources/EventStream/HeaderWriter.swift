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
        name.withUTF8Buffer { write(.int32, value, named: $0) }
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
        case .bool(let value): append(value ? .boolTrue : .boolFalse, named: name, valueByteCount: 0) { _ in }
        case .int8(let value): write(.int8, value, named: name)
        case .int16(let value): write(.int16, value, named: name)
        case .int32(let value): write(.int32, value, named: name)
        case .int64(let value): write(.int64, value, named: name)
        case .timestamp(let value): write(.timestamp, value, named: name)
        case .bytes(let value): value.withUnsafeBufferPointer { write(.bytes, $0, named: name) }
        case .string(var value): value.withUTF8 { write(.string, $0, named: name) }
        case .uuid(let value):
            append(.uuid, named: name, valueByteCount: 16) {
                $0.storeBytes(of: value.high.bigEndian, as: UInt64.self)
                $0.storeBytes(of: value.low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
        }
    }

    @inline(__always)
    private mutating func write<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: HeaderType,
        _ value: Value,
        named name: UnsafeBufferPointer<UInt8>
    ) {
        append(type, named: name, valueByteCount: MemoryLayout<Value>.size) {
            $0.storeBytes(of: value.bigEndian, as: Value.self)
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
        append(type, named: name, valueByteCount: 2 + value.count) {
            $0.storeBytes(of: UInt16(value.count).bigEndian, as: UInt16.self)
            guard let source = value.baseAddress else { return }
            ($0 + 2).copyMemory(from: source, byteCount: value.count)
        }
    }

    /// Appends one header; `fillValue` gets the place of the value, and must fill exactly `valueByteCount` bytes.
    @inline(__always)
    private mutating func append(
        _ type: HeaderType,
        named name: UnsafeBufferPointer<UInt8>,
        valueByteCount: Int,
        _ fillValue: (UnsafeMutableRawPointer) -> Void
    ) {
        let size = 2 + name.count + valueByteCount
        guard failure == nil, canWrite(named: name.count, size: size) else {
            return explainRefusal(named: name.count)
        }
        // Safety: `size` bytes are there, and name length, name, type and value are exactly as many.
        output.append(addingCapacity: size) { output in
            output.withUnsafeMutableBufferPointer { buffer, count in
                guard let place = UnsafeMutableRawPointer(buffer.baseAddress), let source = name.baseAddress else {
                    return
                }
                place.storeBytes(of: UInt8(truncatingIfNeeded: name.count), as: UInt8.self)
                (place + 1).copyMemory(from: source, byteCount: name.count)
                place.storeBytes(of: type.rawValue, toByteOffset: 1 + name.count, as: UInt8.self)
                fillValue(place + (2 + name.count))
                count = size
            }
        }
        count += 1
    }

    private func canWrite(named nameCount: Int, size: Int) -> Bool {
        nameCount > 0 && nameCount <= min(limits.headerNameByteCount, 255) && count < limits.headerCount
            && output.count - blockStart + size <= limits.headerBlockByteCount
    }

    private mutating func explainRefusal(named nameCount: Int) {
        let nameLimit = min(limits.headerNameByteCount, 255)
        if nameCount == 0 {
            fail(.headerNameEmpty, "a header has no name")
        } else if nameCount > nameLimit {
            fail(.headerNameTooLong, "a header's name has \(nameCount) bytes, the limit is \(nameLimit)")
        } else if count >= limits.headerCount {
            fail(.tooManyHeaders, "there are more than \(limits.headerCount) headers")
        } else {
            let limit = limits.headerBlockByteCount
            fail(.headerBlockTooLarge, "the headers have over \(limit) bytes, which is the limit")
        }
    }

    /// Keeps the first failure; its place is where the header would have begun.
    private mutating func fail(_ code: EventStreamError.Code, _ message: String) {
        if failure == nil {
            failure = EventStreamError(code: code, offset: UInt64(output.count - frameStart), message: message)
        }
    }
}
