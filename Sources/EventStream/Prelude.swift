// SPDX-License-Identifier: Apache-2.0

/// The first 12 bytes of a frame, checked.
struct Prelude: Sendable {
    var totalByteCount: Int
    var headerByteCount: Int
    /// The checksum of the first eight bytes, from which that of the message goes on.
    var checksum: UInt32

    /// Reads a prelude that begins at `offset` in its stream. The checksum comes first: if it is wrong, then the
    /// lengths say nothing.
    init(_ bytes: Span<UInt8>, at offset: UInt64, _ limits: MessageLimits) throws(EventStreamError) {
        totalByteCount = Int(bytes.bigEndian(at: 0, as: UInt32.self))
        headerByteCount = Int(bytes.bigEndian(at: 4, as: UInt32.self))
        var checksum = CRC32()
        checksum.update(bytes.extracting(0..<8))
        self.checksum = checksum.value
        guard checksum.value == bytes.bigEndian(at: 8) else {
            let text = "the checksum of the lengths is wrong; these may not be event-stream frames"
            throw EventStreamError(code: .preludeChecksumMismatch, offset: offset + 8, message: text)
        }
        try check(at: offset, limits)
    }

    private func check(at offset: UInt64, _ limits: MessageLimits) throws(EventStreamError) {
        guard totalByteCount >= Frame.overheadByteCount else {
            let text = "the frame's length is \(totalByteCount), the least is \(Frame.overheadByteCount)"
            throw EventStreamError(code: .frameTooShort, offset: offset, message: text)
        }
        guard totalByteCount <= limits.frameByteCount else {
            let text = "the frame's length is \(totalByteCount), the limit is \(limits.frameByteCount)"
            throw EventStreamError(code: .frameTooLarge, offset: offset, message: text)
        }
        guard headerByteCount <= totalByteCount - Frame.overheadByteCount else {
            let text = "\(headerByteCount) bytes of headers do not fit into a frame of \(totalByteCount)"
            throw EventStreamError(code: .headersLengthInvalid, offset: offset + 4, message: text)
        }
        guard headerByteCount <= limits.headerBlockByteCount else {
            let text = "the headers have \(headerByteCount) bytes, the limit is \(limits.headerBlockByteCount)"
            throw EventStreamError(code: .headerBlockTooLarge, offset: offset + 4, message: text)
        }
    }
}
