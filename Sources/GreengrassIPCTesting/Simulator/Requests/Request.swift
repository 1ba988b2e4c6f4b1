// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// A request whose JSON is an object, with the two nuclei's notions of what fits a member.
struct Request: Sendable {
    var dialect: Dialect
    var component: String
    var members: [String: JSONValue]

    /// A member that may be absent.
    struct Member<Value: Sendable>: Sendable {
        var value: Value?
    }

    /// A member that is a string; `nil` if it is something else.
    ///
    /// The classic nucleus takes null for absent and turns numbers and truth values into text; lite takes neither.
    func text(_ name: String) -> Member<String>? {
        guard let member = members[name] else { return Member(value: nil) }
        if let text = coerced(member) { return Member(value: text) }
        return dialect == .classic && member.isNull ? Member(value: nil) : nil
    }

    /// A member that is a list of strings; empty when absent, `nil` if it is something else.
    func texts(_ name: String) -> [String]? {
        guard let member = members[name] else { return [] }
        if dialect == .classic, member.isNull { return [] }
        guard case .array(let elements) = member else { return nil }
        let texts = elements.compactMap { coerced($0) }
        return texts.count == elements.count ? texts : nil
    }

    private func coerced(_ value: JSONValue) -> String? {
        dialect == .classic ? MemberKind.spelling(of: value) : value.stringValue
    }

    /// What a member of a wrong type is answered with.
    var wrongType: Reply {
        switch dialect {
        case .classic: .internalServerError
        case .lite: .failure(.service, LiteText.invalidParameters)
        }
    }
}

extension Request {
    /// A member that is a number of seconds. Lite takes only numbers that are written with a fraction or an exponent.
    func timestamp(_ name: String) -> Double? {
        switch (members[name], dialect) {
        case (.double(let seconds)?, _): seconds
        case (.integer(let seconds)?, .classic): Double(seconds)
        case (.string(let text)?, .classic): Double(text)
        default: nil
        }
    }
}
