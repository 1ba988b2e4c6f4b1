// SPDX-License-Identifier: Apache-2.0

extension Span<UInt8> {
    /// The unsigned integer in `count` bytes, at most eight, most significant first.
    @inline(__always)
    func bigEndianInteger(from start: Int, count: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in start..<start + count {
            value = value << 8 | UInt64(self[index])
        }
        return value
    }

    /// Whether the bytes are exactly those of `text`.
    public func isEqual(to text: StaticString) -> Bool {
        text.withUTF8Buffer { other in
            guard other.count == count else { return false }
            for index in 0..<count where self[index] != other[index] { return false }
            return true
        }
    }
}

extension String {
    /// The text in bytes that ought to be UTF-8; what is malformed becomes U+FFFD.
    init(repairing bytes: Span<UInt8>) {
        self = bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}
