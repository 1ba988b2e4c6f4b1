// SPDX-License-Identifier: Apache-2.0

package import GreengrassIPC

/// What recipe variables stand for, `{configuration:/a/b}` and the like.
package struct RecipeVariables: Sendable {
    /// The component whose recipe it is.
    package var component: Values
    /// Those that it depends on, by name: the classic nucleus alone knows `{NAME:configuration:/a}`.
    package var dependencies: [String: Values]
    package var rootPath: String
    package var thingName: String
    package var isLite: Bool

    /// What belongs to one component.
    package struct Values: Sendable {
        package var configuration: JSONValue
        package var artifactsPath: String
        package var decompressedPath: String
        package var workPath: String

        package init(configuration: JSONValue, artifactsPath: String, decompressedPath: String, workPath: String) {
            self.configuration = configuration
            self.artifactsPath = artifactsPath
            self.decompressedPath = decompressedPath
            self.workPath = workPath
        }
    }

    package init(
        component: Values,
        dependencies: [String: Values] = [:],
        rootPath: String,
        thingName: String,
        isLite: Bool
    ) {
        self.component = component
        self.dependencies = dependencies
        self.rootPath = rootPath
        self.thingName = thingName
        self.isLite = isLite
    }

    /// A text with its variables replaced. The classic nucleus leaves alone what it does not know.
    ///
    /// - Throws: ``DocumentError`` where lite would run the script cut off at a brace that it cannot read.
    package func resolve(_ text: String) throws(DocumentError) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            let close = rest[open...].firstIndex(of: "}")
            let inner = close.map { rest[rest.index(after: open)..<$0] }
            if let inner, let close, !inner.contains("{"), let value = value(of: String(inner)) {
                result += value
                rest = rest[rest.index(after: close)...]
                continue
            }
            if isLite {
                let shown = rest[open...].prefix { $0 != "\n" }.prefix(40)
                throw DocumentError(
                    nil,
                    "Nucleus Lite takes '\(shown)' for a recipe variable, knows none of that name, and runs the script"
                        + " cut off there; write $NAME for ${NAME}, and put braces into a program of your own"
                )
            }
            result.append("{")
            rest = rest[rest.index(after: open)...]
        }
        return result + rest
    }

    private func value(of variable: String) -> String? {
        let parts = variable.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        switch parts.count {
        case 2: return value(parts[0], parts[1], of: component)
        case 3 where !isLite: return dependencies[parts[0]].flatMap { value(parts[1], parts[2], of: $0) }
        default: return nil
        }
    }

    private func value(_ namespace: String, _ key: String, of values: Values) -> String? {
        switch (namespace, key) {
        case ("configuration", _): Self.text(at: key, in: values.configuration)
        case ("artifacts", "path"): path(values.artifactsPath)
        case ("artifacts", "decompressedPath"): path(values.decompressedPath)
        case ("work", "path"): path(values.workPath)
        case ("kernel", "rootPath"): rootPath
        case ("iot", "thingName"): thingName
        default: nil
        }
    }

    /// Lite's paths end with a slash.
    private func path(_ path: String) -> String {
        isLite && !path.hasSuffix("/") ? path + "/" : path
    }

    /// What a JSON pointer leads to: a text as it is, everything else as JSON.
    private static func text(at pointer: String, in document: JSONValue) -> String? {
        guard pointer.isEmpty || pointer.hasPrefix("/") else { return nil }
        var value = document
        let names = pointer == "/" ? [] : pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for name in names {
            let key = name.replacing("~1", with: "/").replacing("~0", with: "~")
            if let member = value[String(key)] {
                value = member
            } else if let element = Int(key).flatMap({ value[$0] }) {
                value = element
            } else {
                return nil
            }
        }
        return value.stringValue ?? (try? value.jsonText())
    }
}
