// SPDX-License-Identifier: Apache-2.0

/// The headers of a message, read where they lie in its bytes.
///
/// The bytes were checked once, when the message was decoded or made, so that reading them cannot fail. Where a name
/// occurs more than once, the first counts.
public struct MessageHeaders: Sendable {
    private let storage: [UInt8]
    private let range: Range<Int>

    /// How many headers there are.
    public let count: Int

    /// Checks the header block in `range` of `storage`. Offsets in the error are counted from `origin`, the offset of
    /// the block's first byte.
    init(
        in storage: [UInt8],
        _ range: Range<Int>,
        limits: MessageLimits,
        origin: UInt64
    ) throws(EventStreamError) {
        do {
            count = try Self.checkedCount(storage.span.extracting(range), limits)
        } catch {
            throw EventStreamError(code: error.code, offset: origin + UInt64(error.offset), message: error.message)
        }
        self.storage = storage
        self.range = range
    }

    /// Headers made of values, in the order given. Throws if one of them cannot be written or a limit is passed.
    public init(_ headers: [Header], limits: MessageLimits = .default) throws(EventStreamError) {
        var writer = HeaderWriter(appendingTo: [], limits: limits, frameStart: 0)
        for header in headers {
            writer.append(header)
        }
        try writer.check()
        count = writer.count
        storage = writer.takeOutput()
        range = 0..<storage.count
    }

    private static func checkedCount(
        _ block: Span<UInt8>,
        _ limits: MessageLimits
    ) throws(HeaderFields.Fault) -> Int {
        var count = 0
        var offset = 0
        while offset < block.count {
            guard count < limits.headerCount else {
                let text = "there are more than \(limits.headerCount) headers"
                throw HeaderFields.Fault(code: .tooManyHeaders, offset: offset, message: text)
            }
            let fields = try HeaderFields(at: offset, in: block)
            try fields.check(limits)
            offset = fields.end
            count += 1
        }
        return count
    }

    /// How many bytes the headers have on the wire.
    public var byteCount: Int { range.count }

    /// The header block as it is on the wire.
    public var block: ArraySlice<UInt8> { storage[range] }

    /// Hands out each header in order without copying anything. The quickest way to read several of them.
    public func forEachRaw<E: Error>(_ body: (RawHeader) throws(E) -> Void) throws(E) {
        let block = storage.span.extracting(range)
        var offset = 0
        while offset < block.count {
            guard let fields = try? HeaderFields(at: offset, in: block) else { return }
            try body(RawHeader(fields, in: block))
            offset = fields.end
        }
    }

    /// The text of a string header at the place that ``forEachRaw(_:)`` gave for it. Malformed UTF-8 becomes U+FFFD.
    public func string(at place: Range<Int>) -> String {
        String(repairing: storage.span.extracting(range).extracting(place))
    }

    /// The bytes of a string or byte buffer header at the place that ``forEachRaw(_:)`` gave for it. Nothing is copied.
    public func bytes(at place: Range<Int>) -> ArraySlice<UInt8> {
        storage[range.lowerBound + place.lowerBound..<range.lowerBound + place.upperBound]
    }

    /// The value of the first header with exactly this name; `nil` if there is none.
    public subscript(name: String) -> HeaderValue? {
        for header in self where header.name == name {
            return header.value
        }
        return nil
    }
}

extension MessageHeaders: Sequence {
    /// Goes through the headers in order.
    public struct Iterator: IteratorProtocol {
        fileprivate let headers: MessageHeaders
        fileprivate var offset = 0

        /// The next header, copied out of the message; `nil` after the last.
        public mutating func next() -> Header? {
            let headers = headers
            let block = headers.storage.span.extracting(headers.range)
            guard offset < block.count,
                let fields = try? HeaderFields(at: offset, in: block)
            else { return nil }
            offset = fields.end
            let raw = RawHeader(fields, in: block)
            return Header(name: String(repairing: raw.name), value: HeaderValue(raw.value))
        }
    }

    /// An iterator at the first header.
    public func makeIterator() -> Iterator {
        Iterator(headers: self)
    }

    /// How many headers there are.
    public var underestimatedCount: Int { count }
}

extension MessageHeaders: Hashable {
    /// Whether both have the same headers in the same order, byte by byte.
    public static func == (left: Self, right: Self) -> Bool {
        left.block == right.block
    }

    /// Hashes the bytes of the headers.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(block)
    }
}
