// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// Reads JSON with the places of its values.
enum JSONDocument {
    static func read(_ bytes: [UInt8], file: String) throws(DocumentError) -> DocumentNode {
        var reader = JSONReader(bytes.span)
        let lines = LineIndex(bytes)
        do throws(JSONError) {
            let node = try node(&reader, lines)
            try reader.finish()
            return node
        } catch {
            throw DocumentError(file: file, lines.position(of: error.offset), error.message)
        }
    }

    private static func node(_ reader: inout JSONReader, _ lines: LineIndex) throws(JSONError) -> DocumentNode {
        let kind = try reader.nextKind()
        let position = lines.position(of: reader.offset)
        switch kind {
        case .object:
            var members: [DocumentNode.Member] = []
            try reader.beginObject()
            while try reader.nextMember() {
                let key = reader.memberName
                let keyPosition = lines.position(of: max(0, reader.offset - 1))
                members.append(.init(key: key, keyPosition: keyPosition, value: try node(&reader, lines)))
            }
            return DocumentNode(position: position, content: .mapping(members))
        case .array:
            var nodes: [DocumentNode] = []
            try reader.beginArray()
            while try reader.nextElement() { nodes.append(try node(&reader, lines)) }
            return DocumentNode(position: position, content: .sequence(nodes))
        case .string, .number, .bool, .null:
            return DocumentNode(position: position, content: .scalar(.json(try reader.readValue())))
        }
    }
}

/// Where the lines of a text begin.
private struct LineIndex {
    private var starts = [0]

    init(_ bytes: [UInt8]) {
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(index + 1) }
    }

    func position(of offset: Int) -> TextPosition {
        var (low, high) = (0, starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        return TextPosition(line: low + 1, column: offset - starts[low] + 1)
    }
}
