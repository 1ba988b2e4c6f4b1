// SPDX-License-Identifier: Apache-2.0

/// Lays JSON text out for people, without changing what it says: members stay in their order, numbers as written.
struct JSONStyle: Sendable {
    /// One member or element a line.
    var isIndented = false
    var isColoured = false

    /// - Parameter json: well-formed JSON.
    func text(_ json: some Collection<UInt8>) -> [UInt8] {
        guard isIndented || isColoured else { return Array(json) }
        var layout = Layout(style: self)
        layout.bytes.reserveCapacity(json.count * 2)
        var scanner = Array(json)[...]
        while let byte = scanner.first { layout.add(byte, &scanner) }
        return layout.bytes
    }

    private struct Layout {
        let style: JSONStyle
        var bytes: [UInt8] = []
        private var depth = 0

        init(style: JSONStyle) { self.style = style }

        mutating func add(_ byte: UInt8, _ scanner: inout ArraySlice<UInt8>) {
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["): open(byte, &scanner)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                scanner.removeFirst()
                depth -= 1
                newLine()
                bytes.append(byte)
            case UInt8(ascii: ","):
                scanner.removeFirst()
                bytes.append(byte)
                newLine()
            case UInt8(ascii: ":"):
                scanner.removeFirst()
                bytes.append(byte)
                if style.isIndented { bytes.append(UInt8(ascii: " ")) }
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): scanner.removeFirst()
            case UInt8(ascii: "\""): string(&scanner)
            default:
                let end = scanner.firstIndex { JSONStyle.endsScalar.contains($0) } ?? scanner.endIndex
                paint(byte == UInt8(ascii: "t") || byte == UInt8(ascii: "f") || byte == UInt8(ascii: "n") ? 35 : 36)
                bytes += scanner[..<max(end, scanner.startIndex + 1)]
                scanner = scanner[max(end, scanner.startIndex + 1)...]
                paint(0)
            }
        }

        private mutating func open(_ byte: UInt8, _ scanner: inout ArraySlice<UInt8>) {
            scanner.removeFirst()
            bytes.append(byte)
            let next = scanner.firstIndex { $0 > 0x20 } ?? scanner.endIndex
            if next < scanner.endIndex, scanner[next] == byte + 2 {
                bytes.append(byte + 2)
                scanner = scanner[(next + 1)...]
                return
            }
            depth += 1
            newLine()
        }

        private mutating func string(_ scanner: inout ArraySlice<UInt8>) {
            var end = scanner.startIndex + 1
            while end < scanner.endIndex, scanner[end] != UInt8(ascii: "\"") {
                end += scanner[end] == UInt8(ascii: "\\") ? 2 : 1
            }
            end = min(end + 1, scanner.endIndex)
            let after = scanner[end...].first { $0 > 0x20 }
            paint(after == UInt8(ascii: ":") ? 34 : 32)
            bytes += scanner[..<end]
            paint(0)
            scanner = scanner[end...]
        }

        private mutating func newLine() {
            guard style.isIndented else { return }
            bytes.append(UInt8(ascii: "\n"))
            bytes += [UInt8](repeating: UInt8(ascii: " "), count: max(0, depth) * 2)
        }

        private mutating func paint(_ colour: Int) {
            if style.isColoured { bytes += "\u{1B}[\(colour)m".utf8 }
        }
    }

    private static let endsScalar: [UInt8] = Array(",]}: \t\r\n\"".utf8)
}
