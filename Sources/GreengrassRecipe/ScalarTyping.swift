// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// What a YAML value without quotes is: the two nuclei disagree.
package enum ScalarTyping: Sendable, Hashable {
    /// The classic nucleus reads recipes with Jackson: numbers and truth values by YAML 1.1, but `yes`, `no`, `on` and
    /// `off` and numbers to the base of 60 are text.
    case classic
    /// Nucleus Lite makes text of everything.
    case lite

    func value(_ scalar: DocumentNode.Scalar) -> JSONValue {
        switch (self, scalar) {
        case (_, .json(let value)): value
        case (.lite, .plain(let text)), (.lite, .tagged(_, let text)), (_, .text(let text)): .string(text)
        case (.classic, .plain(let text)): Self.resolved(text)
        case (.classic, .tagged(let tag, let text)): Self.tagged(tag, text)
        }
    }

    private static func tagged(_ tag: String, _ text: String) -> JSONValue {
        switch tag {
        case "int": integer(text) ?? .string(text)
        case "float": Double(text.filter { $0 != "_" }).map { .double($0) } ?? .string(text)
        case "bool": ["true": true, "false": false][text.lowercased()].map { .bool($0) } ?? .string(text)
        case "null": .null
        default: .string(text)
        }
    }

    private static func resolved(_ text: String) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        guard let first = text.utf8.first,
            (0x30...0x39).contains(first) || [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains(first)
        else { return .string(text) }
        return integer(text) ?? floating(text) ?? .string(text)
    }

    /// `12`, `-1_000`, `0x1F`, `0b11`, `017`.
    private static func integer(_ text: String) -> JSONValue? {
        let isNegative = text.hasPrefix("-")
        let unsigned = isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...]
        var digits = unsigned
        var radix = 10
        if digits.count > 1, digits.first == "0" {
            switch digits.dropFirst().first {
            case "x": (digits, radix) = (digits.dropFirst(2), 16)
            case "b": (digits, radix) = (digits.dropFirst(2), 2)
            default: (digits, radix) = (digits.dropFirst(), 8)
            }
        }
        let plain = digits.filter { $0 != "_" }
        guard let first = plain.first, first != "+", first != "-" else { return nil }
        if let value = Int64((isNegative ? "-" : "") + plain, radix: radix) { return .integer(value) }
        // Too large for 64 bits, but a number.
        guard radix == 10, plain.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Double((isNegative ? "-" : "") + plain).map { .double($0) }
    }

    /// A point or an exponent must be there; infinities and NaN, which JSON has not, are text.
    private static func floating(_ text: String) -> JSONValue? {
        let plain = text.filter { $0 != "_" }
        let isNumber = plain.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"),
                UInt8(ascii: "E"):
                true
            default: false
            }
        }
        let isFloating = plain.contains { $0 == "." || $0 == "e" || $0 == "E" }
        guard isNumber, isFloating, let value = Double(plain), value.isFinite else { return nil }
        return .double(value)
    }
}
