// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// The names in braces that AWS's development kit replaces when it builds or publishes a component.
package struct GDKPlaceholders: Sendable, Hashable {
    package var name: String
    package var version: String
    package var author: String

    package init(name: String, version: String, author: String) {
        self.name = name
        self.version = version
        self.author = author
    }

    /// Reads a `gdk-config.json`. Its version `NEXT_PATCH`, which only the cloud knows, becomes 1.0.0.
    package init(gdkConfiguration bytes: [UInt8], file: String) throws(DocumentError) {
        let node = try JSONDocument.read(bytes, file: file)
        guard let (name, component) = node.value(.classic)["component"]?.objectValue?.first else {
            throw DocumentError(file: file, node.position, "expected a component in this file")
        }
        self.name = name
        let version = component["version"]?.stringValue ?? "NEXT_PATCH"
        self.version = version == "NEXT_PATCH" ? "1.0.0" : version
        author = component["author"]?.stringValue ?? ""
    }

    /// Whether a text has any of them.
    package static func occur(in bytes: [UInt8]) -> Bool {
        ["{COMPONENT_NAME}", "{COMPONENT_VERSION}", "{COMPONENT_AUTHOR}"].contains { bytes.contains(Array($0.utf8)) }
    }

    package func replace(in bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        result.replace(Array("{COMPONENT_NAME}".utf8), with: Array(name.utf8))
        result.replace(Array("{COMPONENT_VERSION}".utf8), with: Array(version.utf8))
        result.replace(Array("{COMPONENT_AUTHOR}".utf8), with: Array(author.utf8))
        return result
    }
}
