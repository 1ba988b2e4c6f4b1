// SPDX-License-Identifier: Apache-2.0

// What single values must look like.
extension AgentConfiguration {
    static let pathRule = "an absolute path, or \"\""

    static func isPath(_ text: String) -> Bool {
        text.isEmpty
            || (text.hasPrefix("/") && text.utf8.count < 4096 && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
    }

    /// In place of a path.
    static let noStatusFile = "none"

    static let topicRule = "a topic of at most 256 bytes without '+' and '#', or \"\""

    static func isTopic(_ text: String) -> Bool {
        text.utf8.count <= 256
            && text.utf8.allSatisfy { byte in
                byte >= 0x20 && byte != 0x7F && byte != UInt8(ascii: "+") && byte != UInt8(ascii: "#")
            }
    }

    static let hostRule = "host or host:port without a scheme, or \"\""

    static func isHostAndPort(_ text: String) -> Bool {
        if text.isEmpty { return true }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, parts.count <= 2, isHost(host) else { return false }
        return parts.count == 1 || isPort(parts[1])
    }

    private static func isHost(_ text: Substring) -> Bool {
        // A leading hyphen would be read as an option.
        guard (1...253).contains(text.utf8.count), text.first != "-" else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"): true
            default: false
            }
        }
    }

    private static func isPort(_ text: Substring) -> Bool {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return false }
        return UInt16(text).map { $0 > 0 } ?? false
    }

    static let digestRule = "the 64 hexadecimal digits of a SHA-256, or \"\""

    static func isDigest(_ text: String) -> Bool {
        text.isEmpty || (text.utf8.count == 64 && text.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit })
    }
}
