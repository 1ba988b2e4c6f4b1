// SPDX-License-Identifier: Apache-2.0

/// A member's type in the model's grammar: `string`, `list<structure:Metric>`, `map<string,document>`.
indirect enum ModelType: Equatable {
    case boolean, integer, long, double, string, blob, timestamp, document
    case list(ModelType)
    case map(ModelType)
    case structure(String)
    case union(String)
    case enumeration(String)

    /// Parses a type; nil when it is not in the grammar.
    init?(_ text: some StringProtocol) {
        switch text {
        case "boolean": self = .boolean
        case "integer": self = .integer
        case "long": self = .long
        case "double": self = .double
        case "string": self = .string
        case "blob": self = .blob
        case "timestamp": self = .timestamp
        case "document": self = .document
        default:
            if let element = text.between("list<", ">").flatMap({ ModelType($0) }) {
                self = .list(element)
            } else if let value = text.between("map<string,", ">").flatMap({ ModelType($0) }) {
                self = .map(value)
            } else if let name = text.between("structure:", ""), !name.isEmpty {
                self = .structure(name)
            } else if let name = text.between("union:", ""), !name.isEmpty {
                self = .union(name)
            } else if let name = text.between("enum:", ""), !name.isEmpty {
                self = .enumeration(name)
            } else {
                return nil
            }
        }
    }

    /// The name of the shape that it is made of, if it is made of one.
    var reference: String? {
        switch self {
        case .list(let element), .map(let element): element.reference
        case .structure(let name), .union(let name), .enumeration(let name): name
        default: nil
        }
    }

    /// The type in Swift.
    var swift: String {
        switch self {
        case .boolean: "Bool"
        case .integer: "Int32"
        case .long: "Int64"
        case .double: "Double"
        case .string: "String"
        case .blob: "[UInt8]"
        case .timestamp: "Timestamp"
        case .document: "JSONValue"
        case .list(let element): "[\(element.swift)]"
        case .map(let value): "[String: \(value.swift)]"
        case .structure(let name), .union(let name), .enumeration(let name): name
        }
    }
}

extension StringProtocol {
    fileprivate func between(_ prefix: String, _ suffix: String) -> String? {
        guard hasPrefix(prefix), hasSuffix(suffix), count >= prefix.count + suffix.count else { return nil }
        return String(dropFirst(prefix.count).dropLast(suffix.count))
    }
}
