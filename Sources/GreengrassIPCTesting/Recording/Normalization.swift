// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC

/// Puts a word in the place of what a server makes anew each time: ids, ARNs, times, tokens, keys.
enum Normalization {
    /// A message's payload as JSON; of an error with the texts of the people who wrote it taken out. `nil` if the
    /// payload is no JSON.
    static func payload(_ message: Message, isError: Bool) -> JSONValue? {
        guard let value = try? JSONValue(jsonBytes: message.payload) else { return nil }
        guard isError, case .object(var members) = value, members["_errorCode"] != nil else {
            return normalized(value, named: "")
        }
        for name in ["message", "_message"] where members[name]?.stringValue?.isEmpty == false {
            members[name] = "a text"
        }
        return normalized(.object(members), named: "")
    }

    private static func normalized(_ value: JSONValue, named name: String) -> JSONValue {
        switch value {
        case .object(let members):
            var result = Dictionary(uniqueKeysWithValues: members.map { ($0, normalized($1, named: $0)) })
            // How far a deployment has got that is under way depends on the moment.
            if let status = members["status"]?.stringValue, unfinished.contains(status) {
                result["status"] = "unfinished"
                result["deploymentStatusDetails"] = nil
            }
            return .object(result)
        case .array(let elements):
            let values = elements.map { normalized($0, named: name) }
            return .array(unordered.contains(name) ? values.sorted { text(of: $0) < text(of: $1) } : values)
        case .integer, .double: return times.contains(name) ? "a time" : value
        case .string(let text): return .string(normalized(text, named: name))
        case .null, .bool: return value
        }
    }

    private static func text(of value: JSONValue) -> String { (try? value.jsonText()) ?? "" }

    private static let unfinished: Set<String> = ["QUEUED", "IN_PROGRESS"]
    private static let unordered: Set<String> = ["components", "localDeployments"]
    private static let times: Set<String> = ["timestamp", "passwordExpiration"]
    private static let secrets: Set<String> = [
        "password", "clientDeviceAuthToken", "nextToken", "privateKey", "publicKey", "certificate", "caCertificates",
    ]

    private static func normalized(_ text: String, named name: String) -> String {
        if secrets.contains(name) { return "a \(name)" }
        if name == "createdOn" { return "a time" }
        if name == "deploymentFailureCause" { return "a cause" }
        if text.hasPrefix("arn:") { return "an ARN" }
        if isUUID(text) { return "a UUID" }
        if name == "message", text.contains(" ") {
            let words = text.split(separator: " ", omittingEmptySubsequences: false)
            return words.map { isUUID($0) ? "a UUID" : String($0) }.joined(separator: " ")
        }
        // Shadows' documents are JSON within base64.
        if name == "payload" || name == "message", let bytes = Base64.decode(text),
            let document = try? JSONValue(jsonBytes: bytes), case .object = document,
            let json = try? normalized(document, named: "").jsonText()
        {
            return json
        }
        return text
    }

    private static func isUUID(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.utf8.count) == [8, 4, 4, 4, 12] && parts.allSatisfy { $0.allSatisfy(\.isHexDigit) }
    }
}
