// SPDX-License-Identifier: Apache-2.0

extension JSONValue: JSONReadable, JSONWritable {
    /// Reads any value.
    public init(from reader: inout JSONReader) throws(JSONError) {
        self = try reader.readValue()
    }

    /// Writes the value, the members of objects sorted by name; NaN and infinities are errors.
    public func write(to writer: inout JSONWriter) throws(JSONError) {
        try writer.value(self)
    }
}

extension JSONValue {
    /// Whether this is `null`.
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The string, if it is one.
    public var stringValue: String? {
        if case .string(let string) = self { string } else { nil }
    }

    /// The integer, also if it is written as a double without fraction.
    public var integerValue: Int64? {
        switch self {
        case .integer(let integer): integer
        case .double(let double): Int64(integral: double)
        default: nil
        }
    }

    /// The number; an integer above 2^53 is rounded.
    public var doubleValue: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .double(let double): double
        default: nil
        }
    }

    /// The truth value, if it is one.
    public var boolValue: Bool? {
        if case .bool(let bool) = self { bool } else { nil }
    }

    /// The elements, if it is an array.
    public var arrayValue: [JSONValue]? {
        if case .array(let array) = self { array } else { nil }
    }

    /// The members, if it is an object.
    public var objectValue: [String: JSONValue]? {
        if case .object(let object) = self { object } else { nil }
    }

    /// The member with this name; nil if there is none, or if this is no object.
    ///
    /// Setting a member of anything but an object makes an object of it; setting nil removes the member.
    public subscript(name: String) -> JSONValue? {
        get { objectValue?[name] }
        set {
            var object = objectValue ?? [:]
            self = .null
            object[name] = newValue
            self = .object(object)
        }
    }

    /// The element at this index; nil if there is none, or if this is no array.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let array) = self, array.indices.contains(index) else { return nil }
        return array[index]
    }
}
