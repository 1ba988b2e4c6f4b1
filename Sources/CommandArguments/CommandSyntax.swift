// SPDX-License-Identifier: Apache-2.0

/// An option of a command line: `--name VALUE`, `--name=VALUE`, or a flag without a value.
package struct OptionSyntax: Sendable, Hashable {
    /// With its hyphens.
    package var name: String
    /// What the value is called in the usage; `nil` for a flag.
    package var value: String?
    package var help: String
    /// Whether it may be given more than once.
    package var repeats: Bool

    /// An option with a value.
    package init(_ name: String, _ value: String, repeats: Bool = false, _ help: String) {
        self.name = name
        self.value = value
        self.repeats = repeats
        self.help = help
    }

    /// An option without one.
    package init(flag name: String, _ help: String) {
        self.name = name
        self.help = help
        repeats = false
    }
}

/// One of a program's commands, or all of a program that has none.
package struct CommandSyntax: Sendable, Hashable {
    package var name: String
    /// One line.
    package var summary: String
    /// What stands without hyphens, as the usage shows it: `OPERATION`, `[JSON]`. Brackets make it optional.
    package var operands: [String]
    package var options: [OptionSyntax]
    /// Whether `-- COMMAND…` may end the line.
    package var takesCommand: Bool
    /// Further lines for the help.
    package var notes: String

    package init(
        _ name: String,
        _ summary: String,
        operands: [String] = [],
        options: [OptionSyntax] = [],
        takesCommand: Bool = false,
        notes: String = ""
    ) {
        self.name = name
        self.summary = summary
        self.operands = operands
        self.options = options
        self.takesCommand = takesCommand
        self.notes = notes
    }

    /// What the command's `--help` prints.
    package func help(program: String) -> String {
        var text = usage(program: program) + "\n\n\(summary).\n"
        if !options.isEmpty {
            text += "\n"
            let names = options.map { ([$0.name] + ($0.value.map { [$0] } ?? [])).joined(separator: " ") }
            let width = min(names.map(\.count).max() ?? 0, 30)
            for (name, option) in zip(names, options) {
                let padding = String(repeating: " ", count: max(0, width - name.count))
                let indent = "\n" + String(repeating: " ", count: width + 4)
                text += "  \(name)\(padding)  \(option.help.split(separator: "\n").joined(separator: indent))\n"
            }
        }
        if !notes.isEmpty { text += "\n\(notes)\n" }
        return text
    }

    package func usage(program: String) -> String {
        var words = ["usage:", program, name].filter { !$0.isEmpty }
        if !options.isEmpty { words.append("[OPTION]…") }
        words += operands
        if takesCommand { words.append("[-- COMMAND…]") }
        return words.joined(separator: " ")
    }

    var requiredOperandCount: Int { operands.count { !$0.hasPrefix("[") } }
}

/// A command line that cannot be understood; the text names the word and what was expected.
package struct UsageError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
