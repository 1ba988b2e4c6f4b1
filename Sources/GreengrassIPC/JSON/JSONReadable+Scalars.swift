// SPDX-License-Identifier: Apache-2.0

// With these, generated code reads and writes all members but blobs alike.

extension String: JSONReadable, JSONWritable {
    /// Reads a string.
    public init(from reader: inout JSONReader) throws(JSONError) {
        self = try reader.readString()
    }

    /// Writes a string.
    public func write(to writer: inout JSONWriter) {
        writer.string(self)
    }
}

extension Bool: JSONReadable, JSONWritable {
    /// Reads `true` or `false`.
    public init(from reader: inout JSONReader) throws(JSONError) {
        self = try reader.readBool()
    }

    /// Writes `true` or `false`.
    public func write(to writer: inout JSONWriter) {
        writer.bool(self)
    }
}

extension Int32: JSONReadable, JSONWritable {
    /// Reads an integer; see ``JSONReader/readInt32()``.
    public init(from reader: inout JSONReader) throws(JSONError) {
        self = try reader.readInt32()
    }

    /// Writes an integer.
    public func write(to writer: inout JSONWriter) {
        writer.integer(self)
    }
}

extension Int64: JSONReadable, JSONWritable {
    /// Reads an integer; see ``JSONReader/readInt64()``.
    public init(from reader: inout JSONReader) throws(JSONError) {
        self = try reader.readInt64()
    }

    /// Writes an integer.
    public func write(to writer: inout JSONWriter) {
        writer.integer(self)
    }
}

extension Double: JSONReadable, JSONWritable {
    /// Reads a number.
    public init(from reader: inout JSONReader) throws(JSONError) {
        self = try reader.readDouble()
    }

    /// Writes a number; NaN and infinities are errors.
    public func write(to writer: inout JSONWriter) throws(JSONError) {
        try writer.double(self)
    }
}

extension Array: JSONReadable where Element: JSONReadable {
    /// Reads an array.
    public init(from reader: inout JSONReader) throws(JSONError) {
        self = try reader.readArray(of: Element.self)
    }
}

extension Array: JSONWritable where Element: JSONWritable {
    /// Writes an array.
    public func write(to writer: inout JSONWriter) throws(JSONError) {
        writer.beginArray()
        for element in self { try element.write(to: &writer) }
        writer.endArray()
    }
}

extension Dictionary: JSONReadable where Key == String, Value: JSONReadable {
    /// Reads an object with any member names; see ``JSONReader/readMap(of:)``.
    public init(from reader: inout JSONReader) throws(JSONError) {
        self = try reader.readMap(of: Value.self)
    }
}

extension Dictionary: JSONWritable where Key == String, Value: JSONWritable {
    /// Writes an object, its members sorted by name.
    public func write(to writer: inout JSONWriter) throws(JSONError) {
        writer.beginObject()
        for (name, value) in sorted(by: { $0.key < $1.key }) {
            writer.memberName(name)
            try value.write(to: &writer)
        }
        writer.endObject()
    }
}
