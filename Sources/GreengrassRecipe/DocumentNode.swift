// SPDX-License-Identifier: Apache-2.0

package import GreengrassIPC

/// A place in a text, both counted from 1.
package struct TextPosition: Sendable, Hashable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// A document that cannot be read, or does not hold what it should.
package struct DocumentError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file's name, where there is a file.
    package var file: String
    package var position: TextPosition?
    /// What was expected.
    package var message: String

    package init(file: String = "", _ position: TextPosition?, _ message: String) {
        self.file = file
        self.position = position
        self.message = message
    }

    /// As compilers print it: `recipe.yaml:3:5: expected …`.
    package var description: String {
        let place = position.map { "\($0.line):\($0.column)" }
        return ([file.isEmpty ? nil : file, place].compactMap(\.self) + [" " + message]).joined(separator: ":")
    }
}

/// A value of a YAML or JSON document, with its place.
package struct DocumentNode: Sendable {
    package var position: TextPosition
    package var content: Content

    package enum Content: Sendable {
        case scalar(Scalar)
        case sequence([DocumentNode])
        case mapping([Member])
    }

    package struct Member: Sendable {
        package var key: String
        package var keyPosition: TextPosition
        package var value: DocumentNode
    }

    /// A value that holds no others.
    package enum Scalar: Sendable {
        /// YAML without quotes: what it is depends on who reads it.
        case plain(String)
        /// YAML in quotes or as a block.
        case text(String)
        /// YAML with a tag of its own, `!!str` and the like: the tag without its prefix, and the text.
        case tagged(String, String)
        /// A JSON value, which has a type.
        case json(JSONValue)
    }

    package init(position: TextPosition, content: Content) {
        self.position = position
        self.content = content
    }

    /// What kind of thing this is, for errors.
    package var kind: String {
        switch content {
        case .scalar: "a single value"
        case .sequence: "a list"
        case .mapping: "a map"
        }
    }

    /// The value as JSON.
    package func value(_ typing: ScalarTyping) -> JSONValue {
        switch content {
        case .scalar(let scalar): typing.value(scalar)
        case .sequence(let nodes): .array(nodes.map { $0.value(typing) })
        case .mapping(let members):
            .object(Dictionary(members.map { ($0.key, $0.value.value(typing)) }) { _, last in last })
        }
    }
}

extension DocumentNode {
    /// Reads a file of either format: JSON if it looks like it, else YAML.
    package init(reading bytes: [UInt8], file: String) throws(DocumentError) {
        let looksLikeJSON = bytes.first { $0 > 0x20 } == UInt8(ascii: "{")
        guard looksLikeJSON else {
            self = try YAMLReader.read(bytes, file: file)
            return
        }
        do throws(DocumentError) {
            self = try JSONDocument.read(bytes, file: file)
        } catch {
            // A YAML document may begin with a brace too.
            guard !file.lowercased().hasSuffix(".json"), let node = try? YAMLReader.read(bytes, file: file) else {
                throw error
            }
            self = node
        }
    }
}
