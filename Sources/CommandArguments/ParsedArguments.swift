// SPDX-License-Identifier: Apache-2.0

/// A command line taken apart by its syntax.
package struct ParsedArguments: Sendable, Hashable {
    /// What stood without hyphens, in order.
    package private(set) var operands: [String] = []
    /// What followed `--`.
    package private(set) var command: [String] = []
    /// Whether `--help` or `-h` was there: nothing else counts then.
    package private(set) var wantsHelp = false
    private var found: [String: [String]] = [:]

    /// Takes a command line apart.
    ///
    /// - Parameters:
    ///   - arguments: without the names of the program and the command.
    ///   - syntax: what they may be.
    package init(_ arguments: [String], _ syntax: CommandSyntax) throws(UsageError) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if word == "--" {
                guard syntax.takesCommand else { throw UsageError("\(syntax.name) takes no command after --") }
                command = Array(rest)
                guard !command.isEmpty else { throw UsageError("a command must follow --") }
                break
            }
            if word == "--help" || word == "-h" {
                wantsHelp = true
                return
            }
            // A lone hyphen is standard input.
            if word.hasPrefix("-"), word != "-" {
                try parseOption(word, &rest, syntax)
            } else {
                guard operands.count < syntax.operands.count else {
                    throw UsageError("unexpected argument '\(word)'" + Self.commandHint(syntax))
                }
                operands.append(word)
            }
        }
        if operands.count < syntax.requiredOperandCount {
            throw UsageError("\(syntax.operands[operands.count]) is missing")
        }
    }

    private static func commandHint(_ syntax: CommandSyntax) -> String {
        syntax.takesCommand ? "; a command to run stands after --" : ""
    }

    private mutating func parseOption(
        _ word: String,
        _ rest: inout ArraySlice<String>,
        _ syntax: CommandSyntax
    ) throws(UsageError) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let option = syntax.options.first(where: { $0.name == parts[0] }) else {
            throw Suggestion.unknown("option", parts[0], among: syntax.options.map(\.name) + ["--help"])
        }
        var value = ""
        if let kind = option.value {
            guard let given = parts.count == 2 ? parts[1] : rest.popFirst(), !given.isEmpty else {
                throw UsageError("\(option.name) needs a value: \(option.name) \(kind)")
            }
            value = given
        } else if parts.count == 2 {
            throw UsageError("\(option.name) takes no value")
        }
        if found[option.name] != nil, !option.repeats { throw UsageError("\(option.name) is given twice") }
        found[option.name, default: []].append(value)
    }

    /// The value of an option that may be given once.
    package subscript(_ option: String) -> String? { found[option]?.last }

    /// All values of an option, in order.
    package func values(_ option: String) -> [String] { found[option] ?? [] }

    package func has(_ option: String) -> Bool { found[option] != nil }

    /// The value as a number in a range.
    package func number(_ option: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
        guard let text = self[option] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw UsageError("\(option) takes a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
        }
        return number
    }

    /// The value as one of several words.
    package func choice<Value: RawRepresentable & CaseIterable>(
        _ option: String,
        of type: Value.Type
    ) throws(UsageError) -> Value? where Value.RawValue == String {
        guard let text = self[option] else { return nil }
        if let value = Value(rawValue: text) { return value }
        let words = Value.allCases.map(\.rawValue)
        throw UsageError("\(option) takes \(words.joined(separator: " or ")), not '\(text)'")
    }
}
