// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import Testing

@Suite("JSON grammar", .timeLimit(.minutes(1)))
struct JSONGrammarTests {
    static let accepted: [(String, JSONValue)] = [
        ("null", nil), (" true ", true), ("\t\r\n false\n", false), ("0", 0), ("-0", 0), ("-1", -1), ("12", 12),
        ("0.5", 0.5), ("-0.5e1", -5), ("1E+2", 100), ("1e-2", 0.01), ("0e0", 0), ("0.0", 0), ("1e007", 10_000_000),
        (#""""#, ""), (#""a""#, "a"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
        (#""\u0041\u00e9\u00E9""#, "Aéé"), (#""\ud83d\ude00""#, "\u{1F600}"), (#""\uFFFF\u0000""#, "\u{FFFF}\0"),
        ("\"\u{7F}\u{2028}é\"", "\u{7F}\u{2028}é"), ("[]", []), ("[ ]", []), ("[1 , 2]", [1, 2]),
        ("[[],[[]]]", [[], [[]]]),
        ("{}", [:]), ("{ }", [:]), (#"{ "a" : 1 , "b" : [ ] }"#, ["a": 1, "b": []]), (#"{"":null}"#, ["": nil]),
        (#"{"a":1,"a":2}"#, ["a": 2]), (#"{"\u0061":{"a":{}}}"#, ["a": ["a": [:]]]),
        // Lone surrogates are repaired.
        (#""\ud83d""#, "\u{FFFD}"), (#""\ude00""#, "\u{FFFD}"), (#""\ud83dx""#, "\u{FFFD}x"),
        (#""\ud83d\n""#, "\u{FFFD}\n"), (#""\ud83d\ud83d\ude00""#, "\u{FFFD}\u{1F600}"),
        (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"),
    ]

    @Test("Accepted, also when skipped and when written again", arguments: accepted)
    func accepts(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(jsonText: text) == expected)
        #expect(try JSONValue(jsonText: try expected.jsonText()) == expected)
        #expect(skips(text))
    }

    static let refused: [String] = [
        "", " ", "nul", "nulll", "null null", "True", "TRUE", "tru", "truex", "fals", "nan", "NaN", "Infinity",
        "-Infinity", "-", "+1", ".5", "1.", "-.5", "01", "-01", "00", "1e", "1e+", "1E-", "1.e1", "0x1", "1_0", "1 2",
        "--1", "1-", "1.2.3", "1e1.5", "１",
        "\"", "\"a", "'a'", #""\""#, #""\x""#, #""\u12""#, #""\u12g4""#, #""\U0041""#, #""\u{41}""#, "\"\n\"", "\"\t\"",
        "\"\0\"", "\"\u{1F}\"", "\"a\" b", "a",
        "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1 2]", "[1;2]", "[1}", "[1]]", "[[]", "[\"a\"",
        "{", "}", "{]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        "{a:1}", "{1:1}", "{null:1}", "{'a':1}", "{\"a\":1}}", "{\"a\"::1}", "{\"a\":}", "{\"a\",\"b\"}", "{\"a\":1]",
        "/* */1", "1//", "\u{FEFF}1", "\u{A0}1", "\u{B}1", "\u{C}1", "1\0", "#", "[1,\u{85}2]",
    ]

    @Test("Refused, also when skipped", arguments: refused)
    func refuses(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(jsonText: text) }
        #expect(!skips(text))
    }

    @Test(
        "Ill-formed UTF-8 in strings becomes U+FFFD",
        arguments: [
            ([0xFF], "\u{FFFD}"), ([0x61, 0xC3, 0x62], "a\u{FFFD}b"), ([0xED, 0xA0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"),
            ([0xF0, 0x9F, 0x98], "\u{FFFD}"), ([0xC0, 0x80], "\u{FFFD}\u{FFFD}"),
            ([0xE2, 0x80, 0x5C, 0x6E], "\u{FFFD}\n"),
        ] as [([UInt8], String)]
    )
    func repairs(content: [UInt8], expected: String) throws {
        #expect(try JSONValue(jsonBytes: [0x22] + content + [0x22]) == .string(expected))
        #expect(try JSONValue(jsonBytes: [0x7B, 0x22] + content + Array("\":0}".utf8)) == [expected: 0])
    }

    @Test("Ill-formed UTF-8 outside strings is refused")
    func illFormedOutside() {
        #expect(throws: JSONError.self) { try JSONValue(jsonBytes: [0x31, 0xFF]) }
        #expect(throws: JSONError.self) { try JSONValue(jsonBytes: [0xC3, 0xA9]) }
    }

    @Test("The depth limit counts brackets of both kinds, read or skipped", arguments: [1, 2, 127, 128])
    func depthLimit(limit: Int) throws {
        let fitting = nested(limit)
        let tooDeep = nested(limit + 1)
        try read(fitting, limit: limit)
        try skip(fitting, limit: limit)
        #expect(throws: JSONError.self) { try read(tooDeep, limit: limit) }
        #expect(throws: JSONError.self) { try skip(tooDeep, limit: limit) }
    }

    @Test("Depth goes down again: siblings do not add up")
    func siblings() throws {
        let text = "[" + Array(repeating: "[{}]", count: 1000).joined(separator: ",") + "]"
        try read(text, limit: 3)
        try skip(text, limit: 3)
    }

    @Test("A mebibyte of opening brackets is refused", arguments: ["[", "{\"a\":", "[{\"\":"], [128, .max])
    func manyBrackets(unit: String, limit: Int) {
        let text = String(repeating: unit, count: 1 << 20 / unit.utf8.count)
        #expect(throws: JSONError.self) { try read(text, limit: limit) }
        #expect(throws: JSONError.self) { try skip(text, limit: limit) }
        #expect(throws: JSONError.self) { try ExampleIoTCoreMessage(jsonText: #"{"other":"# + text) }
    }

    @Test("A value that nests too deep to be read cannot be written either")
    func writingDeep() throws {
        var value: JSONValue = 1
        for _ in 0..<JSONReader.greatestDepthLimit - 1 { value = [value] }
        try read(try value.jsonText(), limit: JSONReader.greatestDepthLimit)
        value = ["a": [value]]
        #expect(throws: JSONError.self) { try value.jsonBytes() }
    }

    @Test("Errors say where")
    func offsets() {
        let cases = [("[1,x]", 3), ("{\"a\":1 1}", 7), ("\"abc", 4), ("[true,falsy]", 6), ("{} {}", 3), ("", 0)]
        for (text, offset) in cases {
            let error = #expect(throws: JSONError.self) { try JSONValue(jsonText: text) }
            #expect(error?.offset == offset, "\(text)")
        }
    }

    private func skips(_ text: String) -> Bool {
        (try? skip(text, limit: 128)) != nil
    }

    private func skip(_ text: String, limit: Int) throws {
        var reader = JSONReader(text.utf8.span, depthLimit: limit)
        try reader.skipValue()
        try reader.finish()
    }

    private func read(_ text: String, limit: Int) throws {
        var reader = JSONReader(text.utf8.span, depthLimit: limit)
        _ = try reader.readValue()
        try reader.finish()
    }

    /// Arrays and objects in turn, `depth` of them.
    private func nested(_ depth: Int) -> String {
        var text = "0"
        for level in 0..<depth { text = level.isMultiple(of: 2) ? "[\(text)]" : "{\"a\":\(text)}" }
        return text
    }
}
