// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// What must not be shown to people: values of members that are called like a secret, and texts that hold one.
struct Concealment: Sendable {
    /// Secrets that are known: the tokens of components, and what a simulated secret manager keeps.
    var secrets: [String] = []

    /// What stands for a value that is not shown. Whether two of them are the same shows all the same.
    func replacement(of value: JSONValue, called name: String?) -> String? {
        guard hides(name) || hides(value) else { return nil }
        guard let text = value.stringValue else { return "<not shown>" }
        return "<\(text.utf8.count) bytes, not shown>"
    }

    /// Whether the value of a member of this name is a secret, judging by the name.
    private func hides(_ name: String?) -> Bool {
        guard let name = name?.lowercased(), !Self.harmless.contains(name) else { return false }
        return Self.parts.contains { name.contains($0) }
    }

    private static let parts = ["token", "password", "secret", "privatekey", "private_key", "svcuid"]
    private static let harmless: Set<String> = ["secretid", "nexttoken"]

    private func hides(_ value: JSONValue) -> Bool {
        guard let text = value.stringValue, !secrets.isEmpty else { return false }
        if hides(text: text) { return true }
        guard let bytes = Base64.decode(text) else { return false }
        return hides(text: String(decoding: bytes, as: UTF8.self))
    }

    /// Whether a text holds a secret.
    func hides(text: String) -> Bool { secrets.contains { text.contains($0) } }
}

extension NucleusMachine {
    /// What this nucleus knows that is nobody's business.
    var concealment: Concealment {
        var secrets = Array(tokens.values)
        for version in self.secrets.secrets.flatMap(\.versions) {
            switch version.value {
            case .string(let text): secrets.append(text)
            case .binary(let bytes):
                secrets.append(Base64.encode(bytes))
                secrets.append(String(decoding: bytes, as: UTF8.self))
            }
        }
        return Concealment(secrets: secrets.filter { !$0.isEmpty })
    }
}
