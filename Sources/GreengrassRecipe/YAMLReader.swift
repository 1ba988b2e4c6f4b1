// SPDX-License-Identifier: Apache-2.0

internal import CYAML

/// Reads one YAML document through libyaml, which both nuclei's YAML agrees with.
struct YAMLReader {
    private let file: String
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private var anchors: [String: (node: DocumentNode, size: Int)] = [:]
    /// How many values there are, those of aliases counted each time.
    private var size = 0
    private var depth = 0

    private static let sizeLimit = 100_000
    private static let depthLimit = 128

    static func read(_ bytes: [UInt8], file: String) throws(DocumentError) -> DocumentNode {
        // Safety: libyaml keeps a pointer to the parser within itself, so that it must have one address; it is
        // initialized before, and deleted and freed after, everything that uses it. The bytes outlive the parser.
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else {
            throw DocumentError(file: file, nil, "no memory for a parser")
        }
        defer { yaml_parser_delete(parser) }
        var reader = YAMLReader(file: file, parser: parser)
        return try bytes.withUnsafeBufferPointer { buffer throws(DocumentError) in
            yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
            return try reader.document()
        }
    }

    private init(file: String, parser: UnsafeMutablePointer<yaml_parser_t>) {
        self.file = file
        self.parser = parser
    }

    private mutating func document() throws(DocumentError) -> DocumentNode {
        try expect(YAML_STREAM_START_EVENT)
        var first = try next()
        if first.type == YAML_STREAM_END_EVENT { throw error(first.position, "the document is empty") }
        first = try next()
        let node = try node(first)
        try expect(YAML_DOCUMENT_END_EVENT)
        let end = try next()
        guard end.type == YAML_STREAM_END_EVENT else { throw error(end.position, "expected a single document") }
        return node
    }

    // MARK: - Events

    private struct Event {
        var type: yaml_event_type_t
        var position: TextPosition
        var text = ""
        var tag: String?
        var anchor: String?
        var isPlain = false
    }

    private mutating func expect(_ type: yaml_event_type_t) throws(DocumentError) {
        let event = try next()
        guard event.type == type else { throw error(event.position, "unexpected content") }
    }

    private func next() throws(DocumentError) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw problem() }
        defer { yaml_event_delete(&event) }
        var result = Event(type: event.type, position: Self.position(event.start_mark))
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            // Safety: the event owns `length` bytes at `value` until it is deleted.
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            result.text = String(decoding: bytes, as: UTF8.self)
            result.tag = Self.string(scalar.tag)
            result.anchor = Self.string(scalar.anchor)
            result.isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
        case YAML_SEQUENCE_START_EVENT: result.anchor = Self.string(event.data.sequence_start.anchor)
        case YAML_MAPPING_START_EVENT: result.anchor = Self.string(event.data.mapping_start.anchor)
        case YAML_ALIAS_EVENT: result.anchor = Self.string(event.data.alias.anchor)
        default: break
        }
        return result
    }

    private static func position(_ mark: yaml_mark_t) -> TextPosition {
        TextPosition(line: mark.line + 1, column: mark.column + 1)
    }

    private static func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        // Safety: libyaml's strings end with a zero, and belong to an event that is alive.
        pointer.map { String(cString: $0) }
    }

    private func problem() -> DocumentError {
        let failed = parser.pointee
        // Safety: libyaml's problems are static strings.
        let text = failed.problem.map { String(cString: $0) } ?? "not YAML"
        let context = failed.context.map { " " + String(cString: $0) } ?? ""
        guard failed.error == YAML_READER_ERROR else {
            return error(Self.position(failed.problem_mark), text + context)
        }
        return error(nil, "\(text) at byte \(failed.problem_offset)")
    }

    private func error(_ position: TextPosition?, _ message: String) -> DocumentError {
        DocumentError(file: file, position, message)
    }

    // MARK: - Nodes

    private mutating func node(_ event: Event) throws(DocumentError) -> DocumentNode {
        let before = size
        size += 1
        guard size <= Self.sizeLimit else {
            throw error(event.position, "there are more than \(Self.sizeLimit) values, those of aliases counted")
        }
        guard depth < Self.depthLimit else {
            throw error(event.position, "lists and maps nest deeper than \(Self.depthLimit)")
        }
        depth += 1
        defer { depth -= 1 }
        let content: DocumentNode.Content
        switch event.type {
        case YAML_SCALAR_EVENT: content = .scalar(Self.scalar(event))
        case YAML_SEQUENCE_START_EVENT: content = .sequence(try sequence())
        case YAML_MAPPING_START_EVENT: content = .mapping(try mapping())
        case YAML_ALIAS_EVENT:
            guard let anchor = event.anchor, let known = anchors[anchor] else {
                throw error(event.position, "there is no anchor of this alias's name before it")
            }
            size += known.size
            guard size <= Self.sizeLimit else {
                throw error(event.position, "there are more than \(Self.sizeLimit) values, those of aliases counted")
            }
            return known.node
        default: throw error(event.position, "expected a value")
        }
        let node = DocumentNode(position: event.position, content: content)
        if let anchor = event.anchor { anchors[anchor] = (node, size - before) }
        return node
    }

    private static func scalar(_ event: Event) -> DocumentNode.Scalar {
        let prefix = "tag:yaml.org,2002:"
        if let tag = event.tag, tag != "!" {
            return .tagged(tag.hasPrefix(prefix) ? String(tag.dropFirst(prefix.count)) : tag, event.text)
        }
        return event.isPlain && event.tag == nil ? .plain(event.text) : .text(event.text)
    }

    private mutating func sequence() throws(DocumentError) -> [DocumentNode] {
        var nodes: [DocumentNode] = []
        while true {
            let event = try next()
            if event.type == YAML_SEQUENCE_END_EVENT { return nodes }
            nodes.append(try node(event))
        }
    }

    private mutating func mapping() throws(DocumentError) -> [DocumentNode.Member] {
        var members: [DocumentNode.Member] = []
        var keys: Set<String> = []
        while true {
            let event = try next()
            if event.type == YAML_MAPPING_END_EVENT { return members }
            guard event.type == YAML_SCALAR_EVENT else {
                throw error(event.position, "expected a name before the colon")
            }
            guard keys.insert(event.text).inserted else {
                throw error(event.position, "\(event.text) is there twice in this map")
            }
            members.append(.init(key: event.text, keyPosition: event.position, value: try node(try next())))
        }
    }
}
