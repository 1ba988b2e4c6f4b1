// SPDX-License-Identifier: Apache-2.0

/// One line of the agent's log, taken apart.
package struct LogRecord: Sendable, CustomStringConvertible {
    /// The line as it was printed.
    package let line: String
    private let fields: [String: String]

    package init(_ line: String) {
        self.line = line
        var fields: [String: String] = [:]
        var rest = line[...]
        while let equals = rest.firstIndex(of: "=") {
            let name = String(rest[..<equals])
            rest = rest[rest.index(after: equals)...]
            var value = ""
            if rest.first == "\"" {
                rest = rest.dropFirst()
                while let character = rest.popFirst(), character != "\"" {
                    value.append(character == "\\" ? rest.popFirst() ?? character : character)
                }
            } else {
                value = String(rest.prefix { $0 != " " })
                rest = rest.dropFirst(value.count)
            }
            fields[name] = value
            rest = rest.drop { $0 == " " }
        }
        self.fields = fields
    }

    package subscript(name: String) -> String? { fields[name] }
    package var event: String? { fields["event"] }
    package var tunnel: String? { fields["tunnel"] }
    package var reason: String? { fields["reason"] }
    package var description: String { line }
}
