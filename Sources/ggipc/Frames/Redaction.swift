// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC

/// Puts something else in the place of tokens, secrets and passwords, the same for the same secret wherever it occurs,
/// and as long as it was.
struct Redaction {
    private var replacements: [(secret: String, replacement: String)] = []

    /// The members whose text is secret, in any request, response, event or tunnel notification.
    private static let secretMembers: Set<String> = [
        "authToken", "token", "clientDeviceAuthToken", "secretString", "secretBinary", "password", "privateKey",
        "clientAccessToken", "sourceAccessToken", "destinationAccessToken",
    ]

    /// Members that hold documents in base64.
    private static let carriers: Set<String> = ["payload", "message"]

    /// The message without its secrets, framed anew; of messages without any the same.
    mutating func redacted(_ message: Message) -> Message {
        var headers = Array(message.headers)
        var isChanged = false
        for index in headers.indices where headers[index].name == "svcuid" {
            guard case .string(let token) = headers[index].value else { continue }
            headers[index].value = .string(replacement(of: token))
            isChanged = true
        }
        let payload = redacted(Array(message.payload))
        if let payload { isChanged = isChanged || payload != Array(message.payload) }
        guard isChanged else { return message }
        return (try? Message(headers: headers, payload: payload ?? Array(message.payload))) ?? message
    }

    /// JSON without its secrets; `nil` for what is not JSON.
    mutating func redacted(_ json: [UInt8]) -> [UInt8]? {
        guard let value = try? JSONValue(jsonBytes: json) else { return nil }
        var text = json
        var carried: [(String, String)] = []
        learn(from: value, &carried)
        for (old, new) in carried { text = Self.replacing(old, by: new, in: text) }
        for (secret, replacement) in replacements { text = Self.replacing(secret, by: replacement, in: text) }
        return text
    }

    private mutating func learn(from value: JSONValue, _ carried: inout [(String, String)]) {
        switch value {
        case .object(let members):
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                if Self.secretMembers.contains(name), let secret = member.stringValue, !secret.isEmpty {
                    _ = replacement(of: secret)
                } else if Self.carriers.contains(name), let base64 = member.stringValue {
                    if let inner = Base64.decode(base64), let clean = redacted(inner), clean != inner {
                        carried.append((base64, Base64.encode(clean)))
                    }
                } else {
                    learn(from: member, &carried)
                }
            }
        case .array(let elements):
            for element in elements { learn(from: element, &carried) }
        default: break
        }
    }

    private mutating func replacement(of secret: String) -> String {
        if let known = replacements.first(where: { $0.secret == secret || $0.replacement == secret }) {
            return known.replacement
        }
        let length = secret.utf8.count
        let number = String(replacements.count + 1)
        let head = "REDACTED".prefix(max(0, length - number.count))
        let zeros = String(repeating: "0", count: max(0, length - head.count - number.count))
        let replacement = String((head + zeros + number).suffix(max(length, 1)))
        replacements.append((secret, replacement))
        return replacement
    }

    /// Replaces a string within JSON text, whichever way it is escaped there.
    private static func replacing(_ old: String, by new: String, in json: [UInt8]) -> [UInt8] {
        var result = json
        for escaping in [JSONWriter.Escaping.standard, .html] {
            let pattern = escaped(old, escaping)
            guard pattern.count >= 4 else { continue }
            result.replace(pattern, with: escaped(new, escaping))
        }
        return result
    }

    private static func escaped(_ text: String, _ escaping: JSONWriter.Escaping) -> [UInt8] {
        var json = JSONWriter(escaping: escaping)
        json.string(text)
        return Array(json.bytes.dropFirst().dropLast())
    }
}
