// SPDX-License-Identifier: Apache-2.0

/// What can be read from JSON.
public protocol JSONReadable {
    /// Reads one value, and only that.
    init(from reader: inout JSONReader) throws(JSONError)
}

/// What can be written as JSON.
public protocol JSONWritable {
    /// Writes exactly one value.
    func write(to writer: inout JSONWriter) throws(JSONError)
}

extension JSONReadable {
    /// Reads a whole JSON text, which must hold this value and nothing else.
    public init(jsonBytes: Span<UInt8>) throws(JSONError) {
        var reader = JSONReader(jsonBytes)
        try self.init(from: &reader)
        try reader.finish()
    }

    /// Reads a whole JSON text in UTF-8, which must hold this value and nothing else.
    public init(jsonBytes: some Collection<UInt8>) throws(JSONError) {
        try self.init(jsonBytes: Array(jsonBytes).span)
    }

    /// Reads a whole JSON text, which must hold this value and nothing else.
    public init(jsonText: String) throws(JSONError) {
        try self.init(jsonBytes: jsonText.utf8.span)
    }
}

extension JSONWritable {
    /// The value as a JSON text in UTF-8.
    public func jsonBytes(escaping: JSONWriter.Escaping = .standard) throws(JSONError) -> [UInt8] {
        var writer = JSONWriter(escaping: escaping)
        writer.bytes.reserveCapacity(512)
        try write(to: &writer)
        return writer.bytes
    }

    /// The value as a JSON text.
    public func jsonText(escaping: JSONWriter.Escaping = .standard) throws(JSONError) -> String {
        String(decoding: try jsonBytes(escaping: escaping), as: UTF8.self)
    }
}
