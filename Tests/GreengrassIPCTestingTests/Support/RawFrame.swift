// SPDX-License-Identifier: Apache-2.0

import EventStream

/// Frames whose header block is given as bytes, right or wrong.
enum RawFrame {
    static func make(headers: [UInt8], payload: [UInt8]) -> [UInt8] {
        var bytes = bigEndian(UInt32(16 + headers.count + payload.count)) + bigEndian(UInt32(headers.count))
        bytes += bigEndian(checksum(bytes))
        bytes += headers + payload
        return bytes + bigEndian(checksum(bytes))
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
