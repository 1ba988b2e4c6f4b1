// SPDX-License-Identifier: Apache-2.0

internal import GreengrassIPC

/// Reads typed values out of a configuration document.
///
/// The nuclei and their tools turn numbers into strings and doubles on the way, so a number is taken in any of these
/// forms. `null` counts as absent: that is what a merge leaves behind when a value is taken away.
struct ConfigurationReader {
    private let members: [String: JSONValue]

    init(_ document: JSONValue) throws(ConfigurationError) {
        switch document {
        case .object(let members): self.members = members
        case .null: members = [:]
        default:
            throw ConfigurationError(key: "(all)", found: Self.describe(document), expected: "an object")
        }
    }

    /// The value of a key; absent and `null` are both nil.
    func value(_ key: String) -> JSONValue? {
        switch members[key] {
        case nil, .null: nil
        case .some(let value): value
        }
    }

    /// A text that `isValid` accepts; `fallback` when the key is absent.
    func text(
        _ key: String,
        default fallback: String,
        expected: String,
        where isValid: (String) -> Bool
    ) throws(ConfigurationError) -> String {
        guard let value = value(key) else { return fallback }
        guard case .string(let text) = value, isValid(text) else {
            throw ConfigurationError(key: key, found: Self.describe(value), expected: expected)
        }
        return text
    }

    /// A whole number within `range`; `fallback` when the key is absent.
    func integer(_ key: String, default fallback: Int, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
        guard let value = value(key) else { return fallback }
        guard let number = Self.integer(value).flatMap(Int.init(exactly:)), range.contains(number) else {
            throw ConfigurationError(
                key: key,
                found: Self.describe(value),
                expected: "a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    /// Yes or no, as a boolean or as the word; `fallback` when the key is absent.
    func flag(_ key: String, default fallback: Bool) throws(ConfigurationError) -> Bool {
        switch value(key) {
        case nil: return fallback
        case .bool(let flag): return flag
        case .string(let text) where Bool(text) != nil: return text == "true"
        case .some(let value):
            throw ConfigurationError(key: key, found: Self.describe(value), expected: "true or false")
        }
    }

    /// A list of texts that `isValid` accepts; empty when the key is absent.
    func texts(
        _ key: String,
        expected: String,
        where isValid: (String) -> Bool
    ) throws(ConfigurationError) -> [String] {
        try list(key, expected: expected) { isValid($0) ? $0 : nil }
    }

    /// A list of what `make` reads in texts; empty when the key is absent.
    func list<Element>(
        _ key: String,
        expected: String,
        _ make: (String) -> Element?
    ) throws(ConfigurationError) -> [Element] {
        guard let value = value(key) else { return [] }
        guard case .array(let elements) = value else {
            throw ConfigurationError(key: key, found: Self.describe(value), expected: "a list of \(expected)")
        }
        var found: [Element] = []
        for element in elements {
            guard case .string(let text) = element, let made = make(text) else {
                throw ConfigurationError(
                    key: key,
                    found: "a list with \(Self.describe(element))",
                    expected: "a list of \(expected)"
                )
            }
            found.append(made)
        }
        return found
    }

    /// The whole number in a number or in a string of digits.
    static func integer(_ value: JSONValue) -> Int64? {
        switch value {
        case .integer(let number): number
        case .double(let number): Int64(exactly: number)
        case .string(let text): decimal(text)
        default: nil
        }
    }

    private static func decimal(_ text: String) -> Int64? {
        if let number = Int64(text) { return number }
        // A double that some tool printed: "60.0".
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".") })
        else {
            return nil
        }
        return Double(text).flatMap(Int64.init(exactly:))
    }

    /// A value for an error's text: scalars as they are, strings cut and escaped, the rest by type.
    static func describe(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): String(flag)
        case .integer(let number): String(number)
        case .double(let number): String(number)
        case .string(let text): "\"" + LogLine.escape(String(text.prefix(80))) + (text.count > 80 ? "…\"" : "\"")
        case .array: "a list"
        case .object: "an object"
        }
    }
}
