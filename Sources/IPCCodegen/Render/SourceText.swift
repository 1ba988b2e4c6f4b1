// SPDX-License-Identifier: Apache-2.0

/// Swift source that grows line by line, with indentation.
struct SourceText {
    private(set) var text = ""
    private var depth = 0
    private static let widest = 120

    /// Adds a line.
    mutating func line(_ content: String = "") {
        text += content.isEmpty ? "\n" : indentation + content + "\n"
    }

    /// Adds `opening {`, what `body` adds, and `}`.
    mutating func block(_ opening: String, _ body: (inout SourceText) -> Void) {
        line(opening + " {")
        indented(body)
        line("}")
    }

    /// Adds what `body` adds, one step further in.
    mutating func indented(_ body: (inout SourceText) -> Void) {
        depth += 1
        body(&self)
        depth -= 1
    }

    /// Adds a documentation comment, wrapped at the line length; `indent` is for the further lines of a list item.
    mutating func documentation(_ content: String, indent: String = "") {
        let room = Self.widest - indentation.count - 4
        var current = ""
        for word in content.split(separator: " ") {
            if !current.isEmpty, current.count + 1 + word.count > room {
                line("/// " + current)
                current = indent
            }
            current += current.isEmpty || current == indent ? String(word) : " " + word
        }
        line("/// " + current)
    }

    /// Adds `prefix(items)suffix`, on one line if it fits and there are at most two items.
    mutating func list(_ prefix: String, _ items: [String], _ suffix: String) {
        let whole = prefix + "(" + items.joined(separator: ", ") + ")" + suffix
        guard items.count > 2 || indentation.count + whole.count > Self.widest else { return line(whole) }
        line(prefix + "(")
        indented { source in
            for (index, item) in items.enumerated() { source.line(item + (index == items.count - 1 ? "" : ",")) }
        }
        line(")" + suffix)
    }

    private var indentation: String { String(repeating: " ", count: depth * 4) }
}
