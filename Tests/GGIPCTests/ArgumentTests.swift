// SPDX-License-Identifier: Apache-2.0

import CommandArguments
import Testing

@Suite("Command lines", .timeLimit(.minutes(1)))
struct ArgumentTests {
    private static let syntax = CommandSyntax(
        "paint",
        "Paints",
        operands: ["WHAT", "[WHERE]"],
        options: [
            OptionSyntax("--colour", "NAME", "a colour"),
            OptionSyntax("--layer", "NUMBER", repeats: true, "a layer"),
            OptionSyntax(flag: "--dry", "no paint"),
        ],
        takesCommand: true
    )

    @Test("Options with a value in both forms, flags, operands and a command")
    func parsed() throws {
        let words = ["--colour", "red", "wall", "--layer=1", "--dry", "--layer", "2", "-", "--", "wash", "--dry"]
        let arguments = try ParsedArguments(words, Self.syntax)
        #expect(arguments["--colour"] == "red" && arguments.values("--layer") == ["1", "2"] && arguments.has("--dry"))
        #expect(arguments.operands == ["wall", "-"] && arguments.command == ["wash", "--dry"])
        #expect(try ParsedArguments(["--help", "--nonsense"], Self.syntax).wantsHelp)
    }

    @Test(
        "What cannot be understood is named",
        arguments: [
            (["wall", "--color", "red"], "unknown option '--color'; did you mean --colour?"),
            (["wall", "--xyzzy"], "unknown option '--xyzzy'"), (["wall", "--colour"], "--colour needs a value"),
            (["wall", "--colour="], "--colour needs a value"), (["wall", "--dry=1"], "--dry takes no value"),
            (["wall", "--dry", "--dry"], "--dry is given twice"), ([], "WHAT is missing"),
            (["a", "b", "c"], "unexpected argument 'c'; a command to run stands after --"),
            (["wall", "--"], "a command must follow --"),
        ]
    )
    func refused(words: [String], text: String) {
        let error = #expect(throws: UsageError.self) { try ParsedArguments(words, Self.syntax) }
        #expect(error?.description.hasPrefix(text) == true)
    }

    @Test("Numbers and words are checked")
    func values() throws {
        let arguments = try ParsedArguments(["wall", "--layer", "12x", "--colour", "mauve"], Self.syntax)
        #expect(throws: UsageError("--layer takes a number from 0 to 9, not '12x'")) {
            try arguments.number("--layer", in: 0...9)
        }
        #expect(throws: UsageError("--colour takes red or blue, not 'mauve'")) {
            try arguments.choice("--colour", of: Colour.self)
        }
    }

    private enum Colour: String, CaseIterable { case red, blue }

    @Test("The help names every option")
    func help() {
        let help = Self.syntax.help(program: "house")
        #expect(help.hasPrefix("usage: house paint [OPTION]… WHAT [WHERE] [-- COMMAND…]\n\nPaints.\n"))
        for name in ["--colour NAME", "--layer NUMBER", "--dry"] { #expect(help.contains("  \(name) ")) }
    }
}
