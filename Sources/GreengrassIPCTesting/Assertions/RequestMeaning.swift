// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

extension JSONValue {
    /// A request with its payloads read: base64 of JSON is that JSON, so that spaces in it count for nothing and people
    /// can read how it differs. A test may write a payload either way.
    var withPayloadsRead: JSONValue { Self.read(self, called: nil, below: nil) }

    private static func read(_ value: JSONValue, called name: String?, below parent: String?) -> JSONValue {
        switch value {
        case .object(let members):
            return .object(
                Dictionary(uniqueKeysWithValues: members.map { ($0, read($1, called: $0, below: name)) })
            )
        case .string(let text):
            let isPayload =
                name == "payload" || name == "correlationData" || name == "message" && parent == "binaryMessage"
            guard isPayload, let bytes = Base64.decode(text), let json = try? JSONValue(jsonBytes: bytes.span) else {
                return value
            }
            switch json {
            case .object, .array: return json
            default: return value
            }
        default: return value
        }
    }

    /// What is left when the members of objects that a pattern does not have are taken away.
    func reduced(to pattern: JSONValue) -> JSONValue {
        switch (self, pattern) {
        case (.object(let members), .object(let wanted)):
            var kept: [String: JSONValue] = [:]
            for (name, value) in members {
                if let pattern = wanted[name] { kept[name] = value.reduced(to: pattern) }
            }
            return .object(kept)
        case (.array(let elements), .array(let wanted)) where elements.count == wanted.count:
            return .array(zip(elements, wanted).map { $0.reduced(to: $1) })
        default: return self
        }
    }
}
