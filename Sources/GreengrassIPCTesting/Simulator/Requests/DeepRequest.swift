// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

extension NucleusMachine {
    /// A request that nests deeper than the JSON reader goes.
    ///
    /// The classic nucleus skips members that it does not know, however deep they are. Here an empty array within
    /// another stands for them, which is nothing that a member that it does know could be.
    func deepRequest(_ call: ServiceCall) -> JSONValue? {
        guard dialect == .classic, let text = DeepRequest.flattened(call.payload) else { return nil }
        return try? JSONValue(jsonBytes: text.span)
    }
}

/// Takes out of a JSON object what is too deep to be read.
enum DeepRequest {
    private static let stub = Array("[[]]".utf8)
    /// The levels that a member may have.
    private static let depthLimit = 120

    /// The text with a stub in the place of each member that nests too deep; `nil` if there is none, or the brackets do
    /// not match.
    static func flattened(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        var closing: [UInt8] = []
        var start = 0
        var deepest = 0
        var hasStub = false
        var inString = false
        var isEscaped = false
        for byte in text {
            result.append(byte)
            if inString {
                if !isEscaped, byte == UInt8(ascii: "\"") { inString = false }
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                if closing.count == 1 { (start, deepest) = (result.count - 1, 0) }
                closing.append(byte + 2)
                deepest = max(deepest, closing.count)
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                guard closing.popLast() == byte else { return nil }
                guard closing.count == 1, deepest > depthLimit else { continue }
                result.replaceSubrange(start..., with: stub)
                hasStub = true
            default: break
            }
        }
        return hasStub && closing.isEmpty ? result : nil
    }
}
