// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

extension Request {
    /// A member that is a whole number, or a text that spells one; `nil` if it is absent or something else.
    func integer(_ name: String) -> Int64? {
        guard let member = members[name] else { return nil }
        if let number = member.integerValue { return number }
        return dialect == .classic ? member.stringValue.flatMap { Int64($0) } : nil
    }
}

extension NucleusMachine {
    /// The bytes of a base64 text, none if it is absent; `nil` if it is no base64.
    static func blob(_ text: String?) -> [UInt8]? { text.map { Base64.decode($0) } ?? [] }
}
