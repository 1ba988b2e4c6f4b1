// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// The payload of an update, read by the rules that the shadow manager's schema has.
struct ShadowUpdate: Sendable {
    /// An object without `delta`, or null.
    var state: JSONValue
    var version: JSONValue?
    var clientToken: String?

    static let deepest = 6
    static let longestToken = 64

    /// Reads a payload.
    ///
    /// - Throws: ``ShadowRejection`` that says what is wrong with it.
    init(_ payload: [UInt8]) throws(ShadowRejection) {
        guard String(validating: payload, as: UTF8.self) != nil else { throw .unreadable("Invalid UTF-8") }
        let document: JSONValue
        do {
            document = try JSONValue(jsonBytes: payload.span)
        } catch {
            throw .unreadable(error.message)
        }
        guard case .object(let members) = document else {
            throw .invalid(document.isNull ? "" : "$: \(Self.kind(of: document)) found, object expected")
        }
        if members.isEmpty { throw .invalid("") }
        guard let given = members["state"] else { throw .invalid("state: is missing but it is required") }
        state = try Self.state(given)
        version = members["version"]
        if let version, version.doubleValue == nil {
            throw .invalid("version: \(Self.kind(of: version)) found, number expected")
        }
        if let token = members["clientToken"] {
            guard let text = token.stringValue else {
                throw .invalid("clientToken: \(Self.kind(of: token)) found, string expected")
            }
            guard text.count <= Self.longestToken else {
                throw .invalid("clientToken: may only be \(Self.longestToken) characters long")
            }
            clientToken = text
        }
        if Self.depth(of: state) > Self.deepest + 1 {
            throw .refused("JSON contains too many levels of nesting; maximum is \(Self.deepest)")
        }
    }

    private static func state(_ given: JSONValue) throws(ShadowRejection) -> JSONValue {
        guard case .object(var members) = given else {
            if given.isNull { return .null }
            throw .invalid("state: \(kind(of: given)) found, but [object, null] is required")
        }
        members["delta"] = nil
        let unknown = members.keys.filter { !ShadowDocument.halves.contains($0) }.sorted()
        if !unknown.isEmpty {
            let missing = ["reported", "desired"].filter { members[$0] == nil }
                .map { "state.\($0): is missing but it is required" }
            let extra = unknown.map {
                "state.\($0): is not defined in the schema and the schema does not allow additional properties"
            }
            throw .invalid((missing + extra).joined(separator: ". "))
        }
        for half in ShadowDocument.halves {
            switch members[half] {
            case .object?, .null?, nil: continue
            case let other?:
                throw .invalid("state.\(half): \(kind(of: other)) found, but [object, null] is required")
            }
        }
        return .object(members)
    }

    /// How many objects and arrays lie in each other.
    private static func depth(of value: JSONValue) -> Int {
        switch value {
        case .object(let members): 1 + (members.values.map(depth).max() ?? 0)
        case .array(let elements): 1 + (elements.map(depth).max() ?? 0)
        default: 0
        }
    }

    private static func kind(of value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

/// Why a shadow operation fails: what the caller is told, and what the rejected topic tells everybody.
struct ShadowRejection: Error, Sendable, Equatable {
    var code: ServiceFailure.Code
    var text: String
    /// As in HTTP.
    var status: Int
    /// What the rejected topic says, where that differs.
    var publicText: String?
    var clientToken: String?

    static func refused(_ text: String) -> Self { Self(code: .invalidArguments, text: text, status: 400) }

    static func invalid(_ text: String) -> Self { .refused("Invalid JSON: " + text) }

    /// The real one gives its parser's text here.
    static func unreadable(_ text: String) -> Self {
        Self(code: .service, text: text, status: 500, publicText: "Internal service failure")
    }

    static let tooLarge = Self(
        code: .invalidArguments,
        text: "The payload exceeds the maximum size allowed",
        status: 413
    )

    static let tooMany = Self(code: .service, text: "Too Many Requests", status: 429)

    static func notFound(_ name: ShadowName) -> Self {
        let text = "No shadow exists with name: \(name.shadow ?? "Unnamed Shadow")"
        return Self(code: .resourceNotFound, text: "No shadow found", status: 404, publicText: text)
    }

    static func conflict(_ clientToken: String?) -> Self {
        Self(code: .conflict, text: "Version conflict", status: 409, clientToken: clientToken)
    }

    static func unauthorized(_ text: String) -> Self {
        Self(code: .unauthorized, text: text, status: 401, publicText: "Unauthorized")
    }
}
