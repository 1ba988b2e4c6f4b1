// SPDX-License-Identifier: Apache-2.0

/// Writes JSON in UTF-8, without white space, to the end of a byte array.
///
/// Commas and colons come by themselves; that brackets match and that members have values is the caller's business.
/// ```swift
/// writer.beginObject()
/// writer.member("topicName", topicName)
/// writer.member("payload", blob: payload)
/// writer.endObject()
/// ```
public struct JSONWriter: Sendable {
    /// Which characters are escaped in strings.
    public enum Escaping: Sendable, Hashable {
        /// Only those that must be.
        case standard
        /// Also `=` `<` `>` `&` `'`, U+2028 and U+2029, so that the text could stand in a web page; the classic nucleus
        /// writes so.
        case html
    }

    /// What is written so far.
    public internal(set) var bytes: [UInt8]
    let escaping: Escaping
    /// A value or closing bracket was written last.
    private var needsComma = false

    /// Writes to the end of `bytes`.
    public init(escaping: Escaping = .standard, appendingTo bytes: consuming [UInt8] = []) {
        self.bytes = bytes
        self.escaping = escaping
    }

    /// Begins an object.
    public mutating func beginObject() {
        beginValue()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
    }

    /// Ends the object.
    public mutating func endObject() {
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// Begins an array.
    public mutating func beginArray() {
        beginValue()
        bytes.append(UInt8(ascii: "["))
        needsComma = false
    }

    /// Ends the array.
    public mutating func endArray() {
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// Writes a member's name, which must need no escapes; its value has to follow.
    public mutating func memberName(_ name: StaticString) {
        // Safety: a static string has that many bytes at `utf8Start`, for ever.
        let characters = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        bytes.append(addingCapacity: characters.count + 4) { output in
            if needsComma { output.append(UInt8(ascii: ",")) }
            output.append(UInt8(ascii: "\""))
            for character in characters { output.append(character) }
            output.append(UInt8(ascii: "\""))
            output.append(UInt8(ascii: ":"))
        }
        needsComma = false
    }

    /// Writes a member's name; its value has to follow.
    @_disfavoredOverload
    public mutating func memberName(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a member, or nothing if the value is nil.
    public mutating func member<Value: JSONWritable>(_ name: StaticString, _ value: Value?) throws(JSONError) {
        guard let value else { return }
        memberName(name)
        try value.write(to: &self)
    }

    /// Writes a member that is base64, or nothing if the blob is nil.
    public mutating func member(_ name: StaticString, blob: [UInt8]?) {
        guard let blob else { return }
        memberName(name)
        self.blob(blob)
    }

    /// Writes any value that can be written.
    public mutating func write<Value: JSONWritable>(_ value: Value) throws(JSONError) {
        try value.write(to: &self)
    }

    mutating func beginValue() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    mutating func appendASCII(_ text: StaticString) {
        // Safety: a static string has that many bytes at `utf8Start`, for ever.
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
