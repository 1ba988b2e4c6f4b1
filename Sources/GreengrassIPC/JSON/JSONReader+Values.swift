// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Reads `true` or `false`.
    public mutating func readBool() throws(JSONError) -> Bool {
        skipWhiteSpace()
        if takeLiteral("true") { return true }
        if takeLiteral("false") { return false }
        throw error("expected true or false")
    }

    /// Reads `null` if that comes next.
    @inline(never)
    public mutating func readNullIfPresent() throws(JSONError) -> Bool {
        skipWhiteSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "n") else { return false }
        guard takeLiteral("null") else { throw error("expected a value") }
        return true
    }

    /// Reads a value of this type.
    public mutating func read<Value: JSONReadable>(_ type: Value.Type) throws(JSONError) -> Value {
        try Value(from: &self)
    }

    /// Reads a value of this type; `null` counts as absent.
    public mutating func readIfPresent<Value: JSONReadable>(_ type: Value.Type) throws(JSONError) -> Value? {
        try readNullIfPresent() ? nil : try Value(from: &self)
    }

    /// Reads a string; `null` counts as absent.
    @inline(never)
    public mutating func readStringIfPresent() throws(JSONError) -> String? {
        try readNullIfPresent() ? nil : try readString()
    }

    /// Reads the text of an enumeration: a string, or a number as it is written (`1` for `"1"`).
    public mutating func readEnumeration() throws(JSONError) -> String {
        guard try nextKind() == .number else { return try readString() }
        let start = position
        let number = try scanNumber("expected a number")
        if let integer = number.exactInteger() { return String(integer) }
        return text(of: JSONStringToken(start: start, end: position, hasEscapes: false))
    }

    /// Reads an array of values; `null` within is an error unless the type takes it.
    public mutating func readArray<Element: JSONReadable>(of type: Element.Type) throws(JSONError) -> [Element] {
        var result: [Element] = []
        try beginArray()
        while try nextElement() { result.append(try Element(from: &self)) }
        return result
    }

    /// Reads an object with any member names. Of duplicate names the last one counts; a member that is `null` counts
    /// as absent, except in a map of ``JSONValue``.
    public mutating func readMap<Value: JSONReadable>(of type: Value.Type) throws(JSONError) -> [String: Value] {
        var result: [String: Value] = [:]
        try beginObject()
        while try nextMember() {
            let name = memberName
            if Value.self != JSONValue.self, try readNullIfPresent() {
                result[name] = nil
            } else {
                result[name] = try Value(from: &self)
            }
        }
        return result
    }

    /// Reads any value.
    public mutating func readValue() throws(JSONError) -> JSONValue {
        switch try nextKind() {
        case .object: return .object(try readMap(of: JSONValue.self))
        case .array: return .array(try readArray(of: JSONValue.self))
        case .string: return .string(try readString())
        case .number: return try readNumber()
        case .bool: return .bool(try readBool())
        case .null:
            guard try readNullIfPresent() else { throw error("expected a value") }
            return .null
        }
    }

    /// Reads over any value; it must be well formed. Never nests deeper than the depth limit.
    public mutating func skipValue() throws(JSONError) {
        switch try nextKind() {
        case .object:
            try beginObject()
            while try nextMember() { try skipValue() }
        case .array:
            try beginArray()
            while try nextElement() { try skipValue() }
        case .string: _ = try scanString()
        case .number: _ = try scanNumber("expected a number")
        case .bool: _ = try readBool()
        case .null: guard try readNullIfPresent() else { throw error("expected a value") }
        }
    }

    private mutating func takeLiteral(_ literal: StaticString) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        // Safety: a static string of `count` code units has as many bytes at `utf8Start`, for ever.
        let start = literal.utf8Start
        for index in 0..<count where bytes[position + index] != start[index] { return false }
        position += count
        return true
    }
}
