// SPDX-License-Identifier: Apache-2.0

/// How the model's names become Swift's.
enum SwiftName {
    /// `AT_LEAST_ONCE` to `atLeastOnce`.
    static func enumerationCase(_ name: String) -> String {
        let words = name.split(separator: "_").map { $0.lowercased() }
        return escaped((words.first ?? "") + words.dropFirst().map(\.capitalizedFirst).joined())
    }

    /// `GetConfiguration` to `getConfiguration`.
    static func method(_ operation: String) -> String {
        escaped(operation.loweredFirst)
    }

    /// `ResourceNotFoundError` to `resourceNotFound`; `ServiceError` keeps its last word, which says all.
    static func errorCode(_ error: String) -> String {
        let isBare = error == "ServiceError" || !error.hasSuffix("Error")
        return (isBare ? error : String(error.dropLast("Error".count))).loweredFirst
    }

    static func member(_ name: String) -> String { escaped(name) }

    private static func escaped(_ name: String) -> String {
        reserved.contains(name) ? "`\(name)`" : name
    }

    private static let reserved: Set = [
        "as", "break", "case", "catch", "class", "continue", "default", "defer", "do", "else", "enum", "extension",
        "false", "for", "func", "guard", "if", "import", "in", "init", "inout", "internal", "is", "let", "nil",
        "operator", "private", "protocol", "public", "repeat", "return", "self", "static", "struct", "subscript",
        "super", "switch", "throw", "throws", "true", "try", "typealias", "var", "where", "while",
    ]
}

extension StringProtocol {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
    fileprivate var loweredFirst: String { prefix(1).lowercased() + dropFirst() }
}
