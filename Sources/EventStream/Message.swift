// SPDX-License-Identifier: Apache-2.0

/// One message: headers and a payload.
///
/// A message that came from a ``MessageDecoder`` shares the decoder's bytes. Drop it, or copy out what should stay,
/// before the decoder gets more bytes: otherwise the decoder has to take a new buffer, and the old one lives on.
public struct Message: Sendable, Hashable {
    /// The headers.
    public let headers: MessageHeaders

    /// The payload. Its indices need not begin at 0.
    public let payload: ArraySlice<UInt8>

    init(headers: MessageHeaders, payload: ArraySlice<UInt8>) {
        self.headers = headers
        self.payload = payload
    }

    /// A message of headers, in the order given, and a payload.
    ///
    /// Throws if a header cannot be written, or if the message or a part of it is over a limit.
    public init(
        headers: [Header],
        payload: some Sequence<UInt8>,
        limits: MessageLimits = .default
    ) throws(EventStreamError) {
        self.init(headers: try MessageHeaders(headers, limits: limits), payload: Array(payload)[...])
        try MessageEncoder.checkFrameByteCount(encodedByteCount, limits)
    }

    /// The size of the message's frame in bytes.
    public var encodedByteCount: Int { Frame.overheadByteCount + headers.byteCount + payload.count }

    /// The message's frame.
    public func encoded() -> [UInt8] {
        var output: [UInt8] = []
        encode(to: &output)
        return output
    }

    /// Appends the message's frame.
    public func encode(to output: inout [UInt8]) {
        let start = output.count
        output.reserveCapacity(start + encodedByteCount)
        output.appendPlace(of: Frame.preludeByteCount)
        output.append(contentsOf: headers.block)
        output.append(contentsOf: payload)
        output.appendPlace(of: Frame.checksumByteCount)
        output.sealFrame(from: start, headerByteCount: headers.byteCount)
    }
}
