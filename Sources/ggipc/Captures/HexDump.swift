// SPDX-License-Identifier: Apache-2.0

/// Bytes out of hexadecimal digits, as people paste them and as `xxd`, `hexdump -C`, `od -t x1` and `tcpdump -x` print
/// them.
enum HexDump {
    /// All bytes of a text. Lines that begin with `#` are comments.
    static func bytes(_ text: [UInt8]) throws(Capture.Failure) -> [UInt8] {
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let hasOffsets = lines.allSatisfy { hasOffset($0) || isBlank($0) } && lines.contains { !isBlank($0) }
        var bytes: [UInt8] = []
        for (index, line) in lines.enumerated() {
            if line.first(where: { $0 > 0x20 }) == UInt8(ascii: "#") { continue }
            bytes += try self.bytes(line, number: index + 1, hasOffset: hasOffsets)
        }
        return bytes
    }

    /// The bytes of one line; `hasOffset` for a first word that is an offset although no colon follows.
    static func bytes(_ line: ArraySlice<UInt8>, number: Int, hasOffset: Bool = false) throws(Capture.Failure)
        -> [UInt8]
    {
        var rest = line
        if let bar = rest.firstIndex(of: UInt8(ascii: "|")) { rest = rest[..<bar] }
        if let colon = rest.firstIndex(of: UInt8(ascii: ":")), isOffset(rest[..<colon]) {
            rest = rest[(colon + 1)...].drop { $0 == 0x20 }
            // The text beside the digits stands behind two blanks.
            if let end = rest.indices.dropLast().first(where: { rest[$0] == 0x20 && rest[$0 + 1] == 0x20 }) {
                rest = rest[..<end]
            }
        } else if hasOffset {
            rest = rest.drop { $0 == 0x20 }.drop { $0 > 0x20 }
        }
        var bytes: [UInt8] = []
        var high: UInt8?
        var index = rest.startIndex
        while index < rest.endIndex {
            defer { index += 1 }
            switch rest[index] {
            case 0x20, 9, 13, UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "\\"), UInt8(ascii: "x"):
                continue
            case UInt8(ascii: "0") where index + 1 < rest.endIndex && rest[index + 1] == UInt8(ascii: "x"):
                index += 1
                continue
            default: break
            }
            guard let digit = digit(rest[index]) else {
                throw Capture.Failure(
                    description: "line \(number), column \(index - line.startIndex + 1): expected hexadecimal digits"
                )
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        guard high == nil else {
            throw Capture.Failure(description: "line \(number): an odd number of hexadecimal digits")
        }
        return bytes
    }

    /// The offset of a line of tcpdump's, `0x0010:`.
    static func packetOffset(of line: ArraySlice<UInt8>) -> Int? {
        let text = line.drop { $0 == 0x20 || $0 == 9 }
        guard text.starts(with: Array("0x".utf8)), let colon = text.firstIndex(of: UInt8(ascii: ":")) else {
            return nil
        }
        return Int(String(decoding: text[(text.startIndex + 2)..<colon], as: UTF8.self), radix: 16)
    }

    private static func isBlank(_ line: ArraySlice<UInt8>) -> Bool { line.allSatisfy { $0 <= 0x20 } }

    private static func isOffset(_ word: ArraySlice<UInt8>) -> Bool {
        let word = word.drop { $0 <= 0x20 }
        let digits = word.starts(with: Array("0x".utf8)) ? word.dropFirst(2) : word
        return digits.count >= 4 && digits.allSatisfy { digit($0) != nil }
    }

    /// Whether a line looks like `00000010  00 11 22`, or is the last line of such a dump.
    private static func hasOffset(_ line: ArraySlice<UInt8>) -> Bool {
        let words = line.prefix { $0 != UInt8(ascii: "|") }.split { $0 <= 0x20 }
        guard let first = words.first, (6...8).contains(first.count), first.allSatisfy({ digit($0) != nil }) else {
            return false
        }
        return words.dropFirst().allSatisfy { $0.count == 2 }
    }

    static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
