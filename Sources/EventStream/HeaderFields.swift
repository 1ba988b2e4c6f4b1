// SPDX-License-Identifier: Apache-2.0

/// Where the parts of one header lie within its header block.
///
/// A header is: length of the name (1 byte), name, type (1 byte), then the value; byte buffers and strings have their
/// length (2 bytes) before the value. Nothing is aligned and everything is big-endian.
struct HeaderFields {
    var name: Range<Int>
    var type: HeaderType
    /// The value without its length.
    var value: Range<Int>

    /// Where the next header begins.
    var end: Int { value.upperBound }

    /// What is wrong with a header block, and where in the block.
    struct Fault: Error {
        var code: EventStreamError.Code
        var offset: Int
        var message: String
    }

    /// Reads the header that begins at `start`, which must lie within the block.
    @inline(__always)
    init(at start: Int, in block: Span<UInt8>) throws(Fault) {
        let nameStart = start + 1
        let nameEnd = nameStart + Int(block[start])
        guard nameEnd < block.count else { throw Self.nameFault(start, in: block) }
        guard let type = HeaderType(rawValue: block[nameEnd]) else { throw Self.typeFault(nameEnd, in: block) }
        var valueStart = nameEnd + 1
        let valueEnd: Int
        if let count = type.fixedByteCount {
            valueEnd = valueStart + count
        } else {
            guard valueStart + 2 <= block.count else { throw Self.valueFault(valueStart, in: block) }
            let count = Int(block.bigEndian(at: valueStart, as: UInt16.self))
            valueStart += 2
            valueEnd = valueStart + count
        }
        guard valueEnd <= block.count else {
            throw Self.valueFault(type.fixedByteCount == nil ? valueStart - 2 : valueStart, in: block)
        }
        self.name = nameStart..<nameEnd
        self.type = type
        self.value = valueStart..<valueEnd
    }

    /// Checks the sizes of a header against limits.
    @inline(__always)
    func check(_ limits: MessageLimits) throws(Fault) {
        if name.count > limits.headerNameByteCount { throw nameTooLong(limits) }
        if type.fixedByteCount == nil, value.count > limits.headerValueByteCount { throw valueTooLong(limits) }
    }
}

// The texts are made apart, so that reading a good header stays small.
extension HeaderFields {
    @inline(never)
    private static func nameFault(_ offset: Int, in block: Span<UInt8>) -> Fault {
        let text = "a header's name of \(block[offset]) bytes and its type run past the end of the header block"
        return Fault(code: .headerTruncated, offset: offset, message: text)
    }

    @inline(never)
    private static func typeFault(_ offset: Int, in block: Span<UInt8>) -> Fault {
        Fault(code: .unknownHeaderType, offset: offset, message: "there is no header type \(block[offset])")
    }

    @inline(never)
    private static func valueFault(_ offset: Int, in block: Span<UInt8>) -> Fault {
        let text = "a header's value runs past the end of the header block: \(block.count - offset) bytes are left"
        return Fault(code: .headerTruncated, offset: offset, message: text)
    }

    @inline(never)
    private func nameTooLong(_ limits: MessageLimits) -> Fault {
        let text = "a header's name has \(name.count) bytes, the limit is \(limits.headerNameByteCount)"
        return Fault(code: .headerNameTooLong, offset: name.lowerBound - 1, message: text)
    }

    @inline(never)
    private func valueTooLong(_ limits: MessageLimits) -> Fault {
        let text = "a header's value has \(value.count) bytes, the limit is \(limits.headerValueByteCount)"
        return Fault(code: .headerValueTooLong, offset: value.lowerBound - 2, message: text)
    }
}
