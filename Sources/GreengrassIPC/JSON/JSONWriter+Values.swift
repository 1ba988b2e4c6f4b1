// SPDX-License-Identifier: Apache-2.0

extension JSONWriter {
    /// Writes `null`. In structures leave absent members out instead: nucleus lite refuses null.
    public mutating func null() {
        beginValue()
        appendASCII("null")
    }

    /// Writes `true` or `false`.
    public mutating func bool(_ value: Bool) {
        beginValue()
        appendASCII(value ? "true" : "false")
    }

    /// Writes an integer.
    public mutating func integer(_ value: some FixedWidthInteger) {
        beginValue()
        bytes.append(contentsOf: String(value).utf8)
    }

    /// Writes the shortest text that reads back as the same double, `5.0` for 5; NaN and infinities are errors.
    public mutating func double(_ value: Double) throws(JSONError) {
        guard value.isFinite else { throw JSONError(offset: bytes.count, message: "number that JSON cannot express") }
        beginValue()
        bytes.append(contentsOf: value.description.utf8)
    }

    /// Writes seconds since 1970, always with a decimal point and without exponent.
    public mutating func timestamp(_ value: Timestamp) {
        beginValue()
        bytes.append(contentsOf: value.description.utf8)
    }

    /// Writes a blob as padded base64.
    public mutating func blob(_ value: [UInt8]) {
        blob(value.span)
    }

    /// Writes a blob as padded base64.
    public mutating func blob(_ value: Span<UInt8>) {
        beginValue()
        bytes.append(UInt8(ascii: "\""))
        Base64.encode(value, to: &bytes, padding: escaping == .html ? "\\u003d" : "=")
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes any value, the members of objects sorted by name.
    public mutating func value(_ value: JSONValue) throws(JSONError) {
        try write(value, depth: 0)
    }

    private mutating func write(_ value: JSONValue, depth: Int) throws(JSONError) {
        guard depth < JSONReader.greatestDepthLimit else {
            throw JSONError(offset: bytes.count, message: "value that nests too deep")
        }
        switch value {
        case .null: null()
        case .bool(let bool): self.bool(bool)
        case .integer(let integer): self.integer(integer)
        case .double(let double): try self.double(double)
        case .string(let string): self.string(string)
        case .array(let array):
            beginArray()
            for element in array { try write(element, depth: depth + 1) }
            endArray()
        case .object(let object):
            beginObject()
            for (name, value) in object.sorted(by: { $0.key < $1.key }) {
                memberName(name)
                try write(value, depth: depth + 1)
            }
            endObject()
        }
    }
}
