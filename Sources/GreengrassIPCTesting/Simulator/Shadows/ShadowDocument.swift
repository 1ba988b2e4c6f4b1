// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// What a shadow says: the two halves of its state, when each leaf was set, and how often it was updated.
struct ShadowDocument: Sendable, Equatable {
    /// `desired` and `reported`; a half that says nothing is not there.
    var state: [String: JSONValue] = [:]
    /// As ``state``, with `{"timestamp": …}` in place of each leaf.
    var metadata: [String: JSONValue] = [:]
    var version: Int64 = 0

    static let halves = ["desired", "reported"]

    /// The document after an update: null removes, objects are merged, everything else replaces.
    ///
    /// - Parameters:
    ///   - change: the update's `state`.
    ///   - second: the time in seconds since 1970.
    func updated(by change: JSONValue, at second: Int64) -> ShadowDocument {
        var next = self
        next.version += 1
        guard case .object(let halves) = change else {
            next.state = [:]
            next.metadata = [:]
            return next
        }
        for half in Self.halves {
            guard let patch = halves[half] else { continue }
            next.state[half] = Self.nonEmpty(Self.merged(state[half], patch))
            let stamps = Self.merged(metadata[half], of: state[half], Self.stamped(patch, at: second, keepsNull: true))
            next.metadata[half] = next.state[half] == nil ? JSONValue?.none : stamps
        }
        return next
    }

    /// What is desired and not reported; `nil` if that is nothing.
    var delta: JSONValue? { state["desired"].flatMap { Self.difference($0, from: state["reported"]) } }

    /// The metadata of ``delta``.
    var deltaMetadata: JSONValue? {
        guard let delta, let stamps = metadata["desired"] else { return nil }
        return Self.part(of: stamps, under: delta)
    }

    /// The size that the limit is about.
    var byteCount: Int { state.values.reduce(0) { $0 + ((try? $1.jsonText().utf8.count) ?? 0) } }

    /// The same shape with a time in place of each leaf.
    static func stamped(_ value: JSONValue, at second: Int64, keepsNull: Bool = false) -> JSONValue {
        switch value {
        case .object(let members): .object(members.mapValues { stamped($0, at: second, keepsNull: keepsNull) })
        case .array(let elements): .array(elements.map { stamped($0, at: second) })
        case .null where keepsNull: .null
        default: ["timestamp": .integer(second)]
        }
    }

    private static func nonEmpty(_ value: JSONValue?) -> JSONValue? {
        guard let value, !value.isNull, value != [:] else { return nil }
        return value
    }

    /// `nil` when `patch` removes everything.
    private static func merged(_ old: JSONValue?, _ patch: JSONValue) -> JSONValue? {
        guard case .object(let changes) = patch else { return patch.isNull ? JSONValue?.none : patch }
        var members = old?.objectValue ?? [:]
        for (name, change) in changes { members[name] = merged(members[name], change) }
        return .object(members)
    }

    /// As ``merged(_:_:)``, for metadata: where there was a leaf and now is an object, the leaf's time is no member.
    private static func merged(_ old: JSONValue?, of state: JSONValue?, _ patch: JSONValue) -> JSONValue? {
        guard case .object(let changes) = patch, changes.keys.contains(where: { $0 != "timestamp" }),
            case .object(let known)? = state
        else { return merged(nil, patch) }
        var members = old?.objectValue ?? [:]
        for (name, change) in changes { members[name] = merged(members[name], of: known[name], change) }
        return .object(members)
    }

    private static func difference(_ desired: JSONValue, from reported: JSONValue?) -> JSONValue? {
        guard let reported else { return desired }
        guard case .object(let wanted) = desired, case .object(let known) = reported else {
            return desired == reported ? JSONValue?.none : desired
        }
        var members: [String: JSONValue] = [:]
        for (name, member) in wanted { members[name] = difference(member, from: known[name]) }
        return members.isEmpty ? JSONValue?.none : .object(members)
    }

    private static func part(of stamps: JSONValue, under value: JSONValue) -> JSONValue {
        guard case .object(let members) = value, case .object(let known) = stamps else { return stamps }
        var result: [String: JSONValue] = [:]
        for (name, member) in members {
            if let stamp = known[name] { result[name] = part(of: stamp, under: member) }
        }
        return .object(result)
    }
}
