// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import Testing

@testable import GreengrassRecipe

@Suite("YAML and JSON documents", .timeLimit(.minutes(1)))
struct DocumentTests {
    private static func value(_ text: String, _ typing: ScalarTyping = .classic) throws -> JSONValue {
        try DocumentNode(reading: Array(text.utf8), file: "f.yaml").value(typing)
    }

    @Test(
        "Plain values are typed as the classic nucleus types them, and text to lite",
        arguments: [
            ("12", .integer(12)), ("-1_000", .integer(-1000)), ("+7", .integer(7)), ("0x1F", .integer(31)),
            ("017", .integer(15)), ("0b11", .integer(3)), ("0", .integer(0)), ("1.5", .double(1.5)),
            ("-2.5e3", .double(-2500)), (".5", .double(0.5)), ("true", .bool(true)), ("False", .bool(false)),
            ("~", .null), ("null", .null), ("yes", .string("yes")), ("off", .string("off")),
            ("12:30:45", .string("12:30:45")), ("1.2.3", .string("1.2.3")), (".inf", .string(".inf")),
            ("2020-01-25", .string("2020-01-25")), ("-", .null), ("-x", .string("-x")), ("089", .string("089")),
            ("9223372036854775808", .double(9223372036854775808)),
        ] as [(String, JSONValue)]
    )
    func typing(text: String, expected: JSONValue) throws {
        guard text != "-" else {
            // A lone hyphen begins a list whose only element is nothing.
            #expect(try Self.value("a:\n  -\n") == ["a": [.null]])
            return
        }
        let value = try Self.value("a: \(text)")
        #expect(value == ["a": expected])
        if case .integer = expected, case .double? = value["a"] { Issue.record("a double") }
        #expect(try Self.value("a: \(text)", .lite) == ["a": .string(text)])
        #expect(try Self.value("a: '\(text)'") == ["a": .string(text)])
        #expect(try Self.value("a: \"\(text)\"") == ["a": .string(text)])
    }

    @Test("Blocks, flows, tags, anchors and comments")
    func structures() throws {
        let text = """
            # first
            a: &x [1, "2", !!str 3]
            b: *x
            c: |
              line 1
              line 2
            d: {e: {}, f: []}
            "g h": >-
              folded
              text
            """
        let expected: JSONValue = [
            "a": [1, "2", "3"], "b": [1, "2", "3"], "c": "line 1\nline 2\n", "d": ["e": [:], "f": []],
            "g h": "folded text",
        ]
        #expect(try Self.value(text) == expected)
    }

    @Test("JSON stays JSON, for both")
    func json() throws {
        let text = #"{"a": 1, "b": [true, null, "x\ud83d\ude00"], "c": {"d": 1.5}}"#
        let expected: JSONValue = ["a": 1, "b": [true, nil, "x😀"], "c": ["d": 1.5]]
        #expect(try Self.value(text) == expected)
        #expect(try Self.value(text, .lite) == expected)
        #expect(try Self.value("{a: 1}") == ["a": 1], "a brace can begin YAML as well")
    }

    @Test(
        "What cannot be read is answered with file, line and column",
        arguments: [
            ("f.yaml", "", "f.yaml:1:1: the document is empty"),
            ("f.yaml", "a: [1, 2\nb: 3\n", "f.yaml:2:2: did not find expected"),
            ("f.yaml", "a: 1\n\tb: 2\n", "f.yaml:2:1: found a tab character that violates indentation"),
            ("f.yaml", "a: 1\na: 2\n", "f.yaml:2:1: a is there twice"),
            ("f.yaml", "a: *x\n", "f.yaml:1:4: there is no anchor"),
            ("f.yaml", "? [a]\n: b\n", "f.yaml:1:3: expected a name before the colon"),
            ("f.yaml", "a\n---\nb\n", "f.yaml:2:1: expected a single document"),
            ("f.json", "{\"a\": 1,\n \"b\": }", "f.json:2:7: expected a value"),
            ("f.json", "{\"a\": 1", "f.json:1:8: expected ',' or '}'"),
        ]
    )
    func unreadable(file: String, text: String, complaint: String) {
        let error = #expect(throws: DocumentError.self) { try DocumentNode(reading: Array(text.utf8), file: file) }
        #expect(error?.description.hasPrefix(complaint) == true, "\(error?.description ?? "")")
    }

    @Test("Bytes that are no text, nesting without end and aliases that multiply are refused")
    func hostile() {
        let deep = String(repeating: "[", count: 10_000)
        #expect(throws: DocumentError.self) { try Self.value(deep) }
        var bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        for index in 1...9 {
            let aliases = Array(repeating: "*a\(index - 1)", count: 10).joined(separator: ",")
            bomb += "a\(index): &a\(index) [\(aliases)]\n"
        }
        let error = #expect(throws: DocumentError.self) { try Self.value(bomb) }
        #expect(error?.message.contains("more than 100000 values") == true)
        #expect(throws: DocumentError.self) { try DocumentNode(reading: [0x61, 0x3a, 0x20, 0xff, 0xfe], file: "f") }
    }
}
