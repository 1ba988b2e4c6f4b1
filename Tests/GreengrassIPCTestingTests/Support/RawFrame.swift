// SPDX-License-Identifier: Apache-2.0

import EventStream

/// Frames whose header block is given as bytes, right or wrong.
enum RawFrame {
    static func make(headers: [UInt8], payload: [UInt8]) -> [UInt8] {
        let total = UInt32(16 + headers.count + payload.count)
        let bytes = prelude(total: total, headers: UInt32(headers.count)) + headers + payload
        return bytes + bigEndian(checksum(bytes))
    }

    /// The first twelve bytes, with the right checksum for lengths that may be wrong.
    static func prelude(total: UInt32, headers: UInt32) -> [UInt8] {
        let bytes = bigEndian(total) + bigEndian(headers)
        return bytes + bigEndian(checksum(bytes))
    }

    /// The bytes of a good frame's headers.
    static func headerBlock(of frame: [UInt8]) -> [UInt8] {
        let count = frame[4..<8].reduce(0) { $0 << 8 | Int($1) }
        return Array(frame[12..<(12 + count)])
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var checksum = CRC32()
        checksum.update(bytes.span)
        return checksum.value
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) }
    }
}
