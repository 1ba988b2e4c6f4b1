// SPDX-License-Identifier: Apache-2.0

/// A pull parser: reads a JSON text (RFC 8259) piece by piece, without a tree in between.
///
/// The caller says what it expects; anything else is a ``JSONError``. An object is read so:
/// ```swift
/// try reader.beginObject()
/// while try reader.nextMember() {
///     if reader.isMember("topicName") {
///         topicName = try reader.readString()
///     } else {
///         try reader.skipValue()
///     }
/// }
/// ```
/// Exactly one value has to be read (or skipped) for each member and each array element. A copy of a reader is a place
/// to come back to. After an error the reader's position means nothing.
public struct JSONReader: ~Escapable {
    /// The kinds of values, told apart by their first byte.
    public enum Kind: Sendable, Hashable {
        /// `{`
        case object
        /// `[`
        case array
        /// `"`
        case string
        /// A digit or `-`.
        case number
        /// `true` or `false`.
        case bool
        /// `null`
        case null
    }

    /// The greatest depth limit: what is allowed to nest deeper could overflow the stack.
    public static let greatestDepthLimit = 512

    let bytes: Span<UInt8>
    let depthLimit: Int
    /// The next byte to be read.
    var position = 0
    /// How many objects and arrays are open.
    private var depth = 0
    /// Set between the bracket that opens an object or array and its first member or element.
    private var isFirst = false
    /// The last member's name as it is in the text, without quotes.
    private var name = JSONStringToken(start: 0, end: 0, hasEscapes: false)

    /// Starts reading at the first of `bytes`.
    ///
    /// - Parameters:
    ///   - bytes: One JSON text in UTF-8; ill-formed UTF-8 within strings is repaired with U+FFFD.
    ///   - depthLimit: How deep objects and arrays may nest, 1 to ``greatestDepthLimit``; skipped ones count too.
    @_lifetime(copy bytes)
    public init(_ bytes: Span<UInt8>, depthLimit: Int = 128) {
        self.bytes = bytes
        self.depthLimit = min(max(depthLimit, 1), Self.greatestDepthLimit)
    }

    // MARK: Objects

    /// Reads the `{` of an object.
    public mutating func beginObject() throws(JSONError) {
        try open(UInt8(ascii: "{"), "expected an object")
    }

    /// Goes on to the next member of the object and reads its name; false at the object's end, which is read.
    public mutating func nextMember() throws(JSONError) -> Bool {
        guard try nextItem(closing: UInt8(ascii: "}"), "expected ',' or '}'") else { return false }
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            throw error("expected a member name")
        }
        name = try scanString()
        skipWhiteSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else { throw error("expected ':'") }
        position += 1
        return true
    }

    /// Whether the member that ``nextMember()`` found has this name (compared byte for byte, escapes resolved).
    ///
    /// Only to be asked before the member's value is read.
    @inline(__always)
    public func isMember(_ expected: StaticString) -> Bool {
        // Most members are told apart by their length.
        (name.end - name.start == expected.utf8CodeUnitCount || name.hasEscapes) && nameEquals(expected)
    }

    // Each generated type asks for each of its members: inlined there, the rare part makes up most of its code.
    @inline(never)
    private func nameEquals(_ expected: StaticString) -> Bool {
        if name.hasEscapes { return text(of: name).utf8.elementsEqual(expected.description.utf8) }
        // Safety: a static string has `utf8CodeUnitCount` bytes at `utf8Start`, for ever.
        let start = expected.utf8Start
        let characters = bytes.extracting(name.start..<name.end)
        for index in 0..<min(characters.count, expected.utf8CodeUnitCount) where characters[index] != start[index] {
            return false
        }
        return true
    }

    /// The name of the member that ``nextMember()`` found; only to be asked before the member's value is read.
    public var memberName: String {
        text(of: name)
    }

    /// The error for an object that lacks a required member.
    @inline(never)
    public func missingMember(_ name: StaticString) -> JSONError {
        error("member \"\(name)\" is missing in the object that ends")
    }

    // MARK: Arrays

    /// Reads the `[` of an array.
    public mutating func beginArray() throws(JSONError) {
        try open(UInt8(ascii: "["), "expected an array")
    }

    /// Goes on to the next element of the array; false at the array's end, which is read.
    public mutating func nextElement() throws(JSONError) -> Bool {
        try nextItem(closing: UInt8(ascii: "]"), "expected ',' or ']'")
    }

    // MARK: Around values

    /// What kind of value comes next; nothing is read but white space.
    public mutating func nextKind() throws(JSONError) -> Kind {
        skipWhiteSpace()
        guard position < bytes.count else { throw error("expected a value") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        default: throw error("expected a value")
        }
    }

    /// Makes sure that nothing but white space is left.
    public mutating func finish() throws(JSONError) {
        skipWhiteSpace()
        guard position == bytes.count else { throw error("expected the end of the text") }
    }

    /// An error at the reader's position; `message` must not quote the input's values.
    public func error(_ message: String) -> JSONError {
        JSONError(offset: position, message: message)
    }

    /// The servers write no white space, so that the first look mostly is the last.
    @inline(__always)
    mutating func skipWhiteSpace() {
        if position < bytes.count, bytes[position] <= 0x20 { skipSomeWhiteSpace() }
    }

    private mutating func skipSomeWhiteSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func open(_ bracket: UInt8, _ message: StaticString) throws(JSONError) {
        skipWhiteSpace()
        guard position < bytes.count, bytes[position] == bracket else { throw error(message.description) }
        guard depth < depthLimit else { throw error("objects and arrays nest deeper than \(depthLimit)") }
        depth += 1
        position += 1
        isFirst = true
    }

    /// Reads the comma before the next member or element, or the closing bracket.
    private mutating func nextItem(closing: UInt8, _ message: StaticString) throws(JSONError) -> Bool {
        skipWhiteSpace()
        guard position < bytes.count else { throw error(message.description) }
        let wasFirst = isFirst
        isFirst = false
        if bytes[position] == closing {
            position += 1
            depth -= 1
            return false
        }
        if wasFirst { return true }
        guard bytes[position] == UInt8(ascii: ",") else { throw error(message.description) }
        position += 1
        skipWhiteSpace()
        return true
    }
}
