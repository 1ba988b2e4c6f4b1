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
    /// Appends zero bytes to be filled in later, and makes room for `more` to follow.
    mutating func appendPlace(of count: Int, roomFor more: Int = 0) {
        append(addingCapacity: count + more) { $0.append(repeating: 0, count: count) }
    }

    /// Fills in both lengths and both checksums of the frame that begins at `start` and reaches to the end; the places
    /// for the prelude and for the last checksum must be there.
    mutating func sealFrame(from start: Int, headerByteCount: Int) {
        withUnsafeMutableBytes { bytes in
            let frame = UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
            let end = frame.count - Frame.checksumByteCount
            frame.store(UInt32(frame.count), at: 0)
            frame.store(UInt32(headerByteCount), at: 4)
            var checksum = CRC32()
            checksum.update(UnsafeRawBufferPointer(rebasing: frame[..<8]))
            frame.store(checksum.value, at: 8)
            checksum.update(UnsafeRawBufferPointer(rebasing: frame[8..<end]))
            frame.store(checksum.value, at: end)
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    fileprivate func store(_ value: UInt32, at offset: Int) {
        storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self)
    }
}
