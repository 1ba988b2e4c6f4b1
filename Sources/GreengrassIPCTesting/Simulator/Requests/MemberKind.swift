// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// What a member of a request is, as the classic nucleus's JSON library reads it.
///
/// That library is lenient: null is as good as absent, a number or a truth value is taken for a text, a text for a
/// number that it spells. What it cannot take makes the whole request an `InternalServerError`, whoever would have
/// served it and whatever the policy says.
indirect enum MemberKind: Sendable {
    case text
    case bool
    case integer
    case double
    /// Seconds.
    case timestamp
    /// Base64; the padding may be absent.
    case blob
    /// Any object.
    case document
    case list(MemberKind)
    case map(MemberKind)
    case structure([String: MemberKind])
    /// A structure of which one member at most may be there.
    case union([String: MemberKind])

    func accepts(_ value: JSONValue) -> Bool {
        if value.isNull { return true }
        switch self {
        case .text: return Self.spelling(of: value) != nil
        case .bool: return value.boolValue != nil || value.stringValue != nil
        case .integer: return Self.number(value).map { $0.rounded() == $0 } ?? false
        case .double, .timestamp: return Self.number(value) != nil
        case .blob: return Self.spelling(of: value).map { Base64.decode($0) != nil } ?? false
        case .document: return value.objectValue != nil
        case .list(let element): return value.arrayValue?.allSatisfy(element.accepts) ?? false
        case .map(let element): return value.objectValue?.values.allSatisfy(element.accepts) ?? false
        case .structure(let members): return Self.accepts(value, members)
        case .union(let members):
            guard Self.accepts(value, members), let given = value.objectValue else { return false }
            return given.count { members[$0.key] != nil && !$0.value.isNull } <= 1
        }
    }

    private static func accepts(_ value: JSONValue, _ members: [String: MemberKind]) -> Bool {
        guard let given = value.objectValue else { return false }
        return given.allSatisfy { name, member in members[name]?.accepts(member) ?? true }
    }

    private static func number(_ value: JSONValue) -> Double? {
        value.doubleValue ?? value.stringValue.flatMap { Double($0) }
    }

    /// The text that this library makes of a value; `nil` for an object, an array or null.
    static func spelling(of value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .integer(let number): String(number)
        case .double(let number): String(number)
        case .bool(let truth): String(truth)
        case .null, .array, .object: nil
        }
    }
}
