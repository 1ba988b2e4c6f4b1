// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

extension Dialect {
    /// The bytes that a request's base64 spells; `nil` if this nucleus does not take it.
    ///
    /// Lite wants padding and the standard alphabet; the classic nucleus wants neither.
    func blob(_ text: String) -> [UInt8]? {
        if self == .lite {
            let isStandard = text.utf8.allSatisfy { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") }
            guard text.utf8.count.isMultiple(of: 4), isStandard else { return nil }
        }
        return Base64.decode(text)
    }
}
