// SPDX-License-Identifier: Apache-2.0

/// Finds the messages in a stream of bytes that comes in pieces of any size.
///
/// Add bytes, then call ``next()`` until it returns `nil`. Every length, checksum and header is checked before a
/// message is handed out. The memory taken follows the bytes that have arrived, not what a frame says it will have.
public struct MessageDecoder: Sendable {
    /// A buffer that grew beyond this for a big frame is given back once the frame is done with.
    private static let capacityKept = 256 * 1024

    private let limits: MessageLimits
    /// Bytes that arrived. Those before `start` belong to messages that were handed out, and which may share them.
    @usableFromInline var storage: [UInt8] = []
    private var start = 0
    /// The offset in the stream of the byte at `start`.
    private var streamOffset: UInt64 = 0
    /// The checked lengths of the frame at `start`, once its prelude is there.
    private var prelude: Prelude?
    private var failure: EventStreamError?

    /// A decoder at the start of a stream.
    public init(limits: MessageLimits = .default) {
        self.limits = limits
    }

    /// How many bytes are waiting for the rest of their frame, or for ``next()`` to be called.
    public var bufferedByteCount: Int { storage.count - start }

    /// Adds bytes that arrived.
    public mutating func append(_ bytes: some Sequence<UInt8>) {
        prepare(for: bytes.underestimatedCount)
        storage.append(contentsOf: bytes)
    }

    /// Adds bytes that arrived.
    public mutating func append(_ bytes: Span<UInt8>) {
        prepare(for: bytes.count)
        bytes.withUnsafeBufferPointer { storage.append(contentsOf: $0) }
    }

    // Inlinable, for it costs a tenth of decoding a small message if it stays generic over the error.
    /// Lets `body` put bytes straight into the decoder's buffer, as a read from a socket does.
    ///
    /// - Parameters:
    ///   - capacity: How many bytes `body` may write.
    ///   - body: Gets `capacity` bytes of memory, not initialised, and returns how many of them, from the first on, it
    ///     has written. If it throws, none are taken.
    @inlinable
    public mutating func append<E: Error>(
        capacity: Int,
        _ body: (UnsafeMutableRawBufferPointer) throws(E) -> Int
    ) throws(E) {
        prepare(for: capacity)
        try storage.append(addingCapacity: capacity) { output throws(E) in
            try output.withUnsafeMutableBufferPointer { buffer, count throws(E) in
                count = try body(UnsafeMutableRawBufferPointer(buffer))
            }
        }
    }

    /// The next message; `nil` until more bytes arrive.
    ///
    /// - Throws: If the stream is not what it should be. There is no way to find the next frame then: every later
    ///   call throws the same error again, and bytes that are added are dropped.
    public mutating func next() throws(EventStreamError) -> Message? {
        if let failure { throw failure }
        do {
            return try nextMessage()
        } catch {
            failure = error
            throw error
        }
    }

    /// Says that no more bytes will come. Throws if that is within a frame, or if the decoder has failed before.
    public func finish() throws(EventStreamError) {
        if let failure { throw failure }
        guard bufferedByteCount > 0 else { return }
        let there = "\(bufferedByteCount) bytes" + (prelude.map { " of \($0.totalByteCount)" } ?? "")
        throw EventStreamError(
            code: .truncatedFrame,
            offset: streamOffset + UInt64(bufferedByteCount),
            message: "the stream ends \(there) into the frame that begins at byte \(streamOffset)"
        )
    }
}

extension MessageDecoder {
    /// Makes room without ever copying bytes of messages that were handed out, unless they are fewer than those that
    /// still wait: so each byte is moved a few times at most, whatever the pieces and whoever holds on to messages.
    @usableFromInline mutating func prepare(for count: Int) {
        if case .some = failure {
            start = storage.count
        }
        let waiting = storage.count - start
        guard start > 0 else { return }
        if waiting == 0 {
            // A buffer that messages still share is left to them: this takes a new one without copying.
            if storage.capacity > Self.capacityKept {
                storage = []
            } else {
                storage.removeAll(keepingCapacity: true)
            }
            start = 0
        } else if waiting <= start {
            var fresh: [UInt8] = []
            fresh.reserveCapacity(max(waiting + count, min(storage.capacity, Self.capacityKept)))
            fresh.append(contentsOf: storage[start...])
            storage = fresh
            start = 0
        }
    }

    private mutating func nextMessage() throws(EventStreamError) -> Message? {
        let available = storage.count - start
        guard available >= Frame.preludeByteCount else { return nil }
        let prelude: Prelude
        if let known = self.prelude {
            prelude = known
        } else {
            prelude = try readPrelude()
        }
        guard available >= prelude.totalByteCount else {
            self.prelude = prelude
            return nil
        }
        self.prelude = nil
        let end = start + prelude.totalByteCount
        try checkMessage(prelude, end: end)
        let headersStart = start + Frame.preludeByteCount
        let payloadStart = headersStart + prelude.headerByteCount
        let headers = try MessageHeaders(
            in: storage,
            headersStart..<payloadStart,
            limits: limits,
            origin: streamOffset + UInt64(Frame.preludeByteCount)
        )
        let message = Message(headers: headers, payload: storage[payloadStart..<end - Frame.checksumByteCount])
        start = end
        streamOffset += UInt64(prelude.totalByteCount)
        return message
    }

    private func readPrelude() throws(EventStreamError) -> Prelude {
        try Prelude(storage.span.extracting(start..<start + Frame.preludeByteCount), at: streamOffset, limits)
    }

    private func checkMessage(_ prelude: Prelude, end: Int) throws(EventStreamError) {
        let checksumStart = end - Frame.checksumByteCount
        var checksum = CRC32(continuing: prelude.checksum)
        checksum.update(storage.span.extracting(start + 8..<checksumStart))
        guard checksum.value == storage.span.bigEndian(at: checksumStart) else {
            throw EventStreamError(
                code: .messageChecksumMismatch,
                offset: streamOffset + UInt64(checksumStart - start),
                message: "the checksum of the message that begins at byte \(streamOffset) is wrong"
            )
        }
    }
}
