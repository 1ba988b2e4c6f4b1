// SPDX-License-Identifier: Apache-2.0

/// Writes frames straight into an array, without a ``Message`` in between.
public enum MessageEncoder {
    /// Room made at once for headers, so that a new array need not grow with each of them.
    private static let usualHeaderByteCount = 256

    /// Appends one whole frame to `output`; on a throw `output` is as it was before.
    ///
    /// - Parameters:
    ///   - output: The array to append to. It may hold other frames already.
    ///   - limits: The largest sizes to write.
    ///   - headers: Writes the headers.
    ///   - payload: Appends the payload to the array that it is given. It must not touch what is there already.
    /// - Throws: ``MessageEncodingError/invalid(_:)`` if a header cannot be written or a limit is passed, and
    ///   ``MessageEncodingError/caller(_:)`` with what a closure threw.
    public static func append<E: Error>(
        to output: inout [UInt8],
        limits: MessageLimits = .default,
        headers: (inout HeaderWriter) throws(E) -> Void,
        payload: (inout [UInt8]) throws(E) -> Void
    ) throws(MessageEncodingError<E>) {
        let start = output.count
        do {
            try appendParts(to: &output, limits, headers, payload)
        } catch {
            output.removeSubrange(start...)
            throw error
        }
    }

    /// Appends one whole frame to `output`, with closures that cannot fail; on a throw `output` is as it was before.
    ///
    /// - Parameters:
    ///   - output: The array to append to. It may hold other frames already.
    ///   - limits: The largest sizes to write.
    ///   - headers: Writes the headers.
    ///   - payload: Appends the payload to the array that it is given. It must not touch what is there already.
    /// - Throws: If a header cannot be written or a limit is passed.
    public static func append(
        to output: inout [UInt8],
        limits: MessageLimits = .default,
        headers: (inout HeaderWriter) -> Void,
        payload: (inout [UInt8]) -> Void
    ) throws(EventStreamError) {
        let start = output.count
        do {
            try appendParts(to: &output, limits, headers, payload)
        } catch {
            output.removeSubrange(start...)
            switch error {
            case .invalid(let error): throw error
            }
        }
    }

    private static func appendParts<E: Error>(
        to output: inout [UInt8],
        _ limits: MessageLimits,
        _ headers: (inout HeaderWriter) throws(E) -> Void,
        _ payload: (inout [UInt8]) throws(E) -> Void
    ) throws(MessageEncodingError<E>) {
        let start = output.count
        output.appendPlace(of: Frame.preludeByteCount, roomFor: Self.usualHeaderByteCount)
        let headerByteCount = try appendHeaders(to: &output, limits, frameStart: start, headers)
        let payloadStart = output.count
        do {
            try payload(&output)
        } catch {
            throw .caller(error)
        }
        precondition(output.count >= payloadStart, "the payload closure removed bytes that were there before")
        output.appendPlace(of: Frame.checksumByteCount)
        do {
            try checkFrameByteCount(output.count - start, limits)
        } catch {
            throw .invalid(error)
        }
        output.sealFrame(from: start, headerByteCount: headerByteCount)
    }

    /// Lets the closure write the headers, and returns how many bytes they have.
    private static func appendHeaders<E: Error>(
        to output: inout [UInt8],
        _ limits: MessageLimits,
        frameStart: Int,
        _ headers: (inout HeaderWriter) throws(E) -> Void
    ) throws(MessageEncodingError<E>) -> Int {
        let blockStart = output.count
        // The array itself moves into the writer and back, so that it stays the only reference and is not copied.
        var taken: [UInt8] = []
        swap(&taken, &output)
        var writer = HeaderWriter(appendingTo: consume taken, limits: limits, frameStart: frameStart)
        let result: Result<Void, MessageEncodingError<E>>
        do {
            try headers(&writer)
            result = writer.failure.map { .failure(.invalid($0)) } ?? .success(())
        } catch {
            result = .failure(.caller(error))
        }
        output = writer.takeOutput()
        try result.get()
        return output.count - blockStart
    }

    static func checkFrameByteCount(_ count: Int, _ limits: MessageLimits) throws(EventStreamError) {
        let limit = min(limits.frameByteCount, Int(clamping: UInt32.max))
        guard count <= limit else {
            let text = "the frame has \(count) bytes, the limit is \(limit)"
            throw EventStreamError(code: .frameTooLarge, offset: 0, message: text)
        }
    }
}

/// Why a frame was not written.
public enum MessageEncodingError<CallerError: Error>: Error {
    /// A header cannot be written, or a limit is passed.
    case invalid(EventStreamError)
    /// One of the caller's own closures threw this.
    case caller(CallerError)
}
