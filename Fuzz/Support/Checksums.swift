// SPDX-License-Identifier: Apache-2.0

/// Frames with their checksums put right: without this a changed byte never gets past the first check of a decoder.
package enum Checksums {
    /// Walks over what look like frames and mends both checksums of each; what is no frame is left as it is.
    package static func repaired(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        var start = 0
        while bytes.count - start >= 16 {
            let total = Int(bytes.bigEndian(at: start))
            bytes.put(crc32(bytes[start..<start + 8]), at: start + 8)
            guard total >= 16, total <= bytes.count - start else { break }
            let end = start + total - 4
            bytes.put(crc32(bytes[start..<end]), at: end)
            start += total
        }
        return bytes
    }

    /// The length of the first frame, if all of it is there.
    package static func firstFrameByteCount(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 16 else { return nil }
        let total = Int(bytes.bigEndian(at: 0))
        return (16...bytes.count).contains(total) ? total : nil
    }

    /// Bit by bit and apart from the code that is tested.
    private static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var register = ~(0 as UInt32)
        for byte in bytes {
            register = table[Int(UInt8(truncatingIfNeeded: register) ^ byte)] ^ register >> 8
        }
        return ~register
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(byte as UInt32) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }
}

extension [UInt8] {
    fileprivate func bigEndian(at offset: Int) -> UInt32 {
        self[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    fileprivate mutating func put(_ value: UInt32, at offset: Int) {
        for index in 0..<4 { self[offset + index] = UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32(index))) }
    }
}
