// SPDX-License-Identifier: Apache-2.0

/// The fixed parts of a frame: total length, header length and their checksum before the headers, the checksum of
/// everything after the payload.
enum Frame {
    static let preludeByteCount = 12
    static let checksumByteCount = 4
    /// The smallest frame, one without headers and payload.
    static let overheadByteCount = preludeByteCount + checksumByteCount
}

extension [UInt8] {
    /// Replaces four bytes by an integer, most significant byte first.
    mutating func store(_ value: UInt32, at offset: Int) {
        withUnsafeMutableBytes { $0.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self) }
    }

    /// Fills in both lengths and both checksums of the frame that begins at `start` and reaches to the end; the places
    /// for the prelude and for the last checksum must be there.
    mutating func sealFrame(from start: Int, headerByteCount: Int) {
        store(UInt32(count - start), at: start)
        store(UInt32(headerByteCount), at: start + 4)
        var checksum = CRC32()
        checksum.update(span.extracting(start..<start + 8))
        store(checksum.value, at: start + 8)
        let end = count - Frame.checksumByteCount
        checksum.update(span.extracting(start + 8..<end))
        store(checksum.value, at: end)
    }
}
