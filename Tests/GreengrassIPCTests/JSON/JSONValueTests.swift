// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import Testing

@Suite("JSON documents", .timeLimit(.minutes(1)))
struct JSONValueTests {
    @Test("An integer equals the double of exactly the same value, and hashes alike")
    func mixedEquality() {
        let equal: [(Int64, Double)] = [
            (0, 0.0), (0, -0.0), (1, 1.0), (-5, -5.0), (1 << 53, 0x1p53), (.min, -0x1p63), (1 << 62, 0x1p62),
        ]
        for (integer, double) in equal {
            #expect(JSONValue.integer(integer) == .double(double))
            #expect(JSONValue.double(double) == .integer(integer))
            #expect(JSONValue.integer(integer).hashValue == JSONValue.double(double).hashValue)
        }
        let different: [(Int64, Double)] = [
            (0, 0.5), ((1 << 53) + 1, 0x1p53), (.max, 0x1p63), (1, .nan), (.max, .infinity),
            (0, .leastNonzeroMagnitude),
        ]
        for (integer, double) in different {
            #expect(JSONValue.integer(integer) != .double(double))
        }
    }

    @Test("Equality looks into arrays and objects, and is never between kinds")
    func equality() {
        let value: JSONValue = ["a": [1, nil, "x", ["b": 2.5]], "c": true]
        #expect(value == ["c": true, "a": [1.0, nil, "x", ["b": 2.5]]])
        #expect(Set<JSONValue>([value, ["c": true, "a": [1.0, nil, "x", ["b": 2.5]]]]).count == 1)
        #expect(JSONValue.double(.nan) == .double(.nan))
        let kinds: [JSONValue] = [nil, false, true, 0, 1, "", "1", [], [:], [nil], ["a": nil]]
        for (index, left) in kinds.enumerated() {
            for (other, right) in kinds.enumerated() { #expect((left == right) == (index == other)) }
        }
    }

    @Test("Typed accessors give nil for other kinds")
    func accessors() {
        let value: JSONValue = ["s": "x", "i": 7, "d": 7.0, "f": 0.5, "t": true, "n": nil, "a": [1, "b"]]
        #expect(value["s"]?.stringValue == "x")
        #expect(value["i"]?.integerValue == 7)
        #expect(value["d"]?.integerValue == 7)
        #expect(value["f"]?.integerValue == nil)
        #expect(value["i"]?.doubleValue == 7)
        #expect(value["f"]?.doubleValue == 0.5)
        #expect(value["t"]?.boolValue == true)
        #expect(value["n"]?.isNull == true)
        #expect(value["a"]?[1] == "b")
        #expect(value["a"]?[2] == nil)
        #expect(value["a"]?[-1] == nil)
        #expect(value["missing"] == nil)
        #expect(value[0] == nil)
        #expect(value["a"]?["s"] == nil)
        #expect(value.objectValue?.count == 7)
        #expect(value["a"]?.arrayValue?.count == 2)
        for name in ["t", "n", "a"] {
            #expect(value[name]?.stringValue == nil)
            #expect(value[name]?.doubleValue == nil)
            #expect(value[name]?.objectValue == nil)
        }
        #expect(value["s"]?.boolValue == nil)
        #expect(value["s"]?.arrayValue == nil)
    }

    @Test("Members can be set and removed")
    func mutation() {
        var value: JSONValue = ["a": 1]
        value["b"] = ["c": 2]
        value["b"]?["d"] = 3
        value["a"] = .some(nil)
        #expect(value == ["a": nil, "b": ["c": 2, "d": 3]])
        value["a"] = Optional<JSONValue>.none
        #expect(value == ["b": ["c": 2, "d": 3]])
        var scalar: JSONValue = 5
        scalar["x"] = true
        #expect(scalar == ["x": true])
    }

    @Test("Written with sorted members, without white space")
    func text() throws {
        let value: JSONValue = ["b": [1, 2.0, nil], "a": ["": "\u{1F600}/"], "c": [:], "d": []]
        #expect(try value.jsonText() == #"{"a":{"":"😀/"},"b":[1,2.0,null],"c":{},"d":[]}"#)
        var writer = JSONWriter(appendingTo: [0])
        try writer.value(value)
        let plain = try value.jsonBytes()
        #expect(writer.bytes == [0] + plain)
    }

    @Test("Maps and lists: null is absent in a map, except where any value is allowed")
    func maps() throws {
        #expect(try [String: JSONValue](jsonText: #"{"a":null,"b":1}"#) == ["a": nil, "b": 1])
        #expect(try [String: String](jsonText: #"{"a":null,"b":"x","c":"y","c":null}"#) == ["b": "x"])
        #expect(try [[String]](jsonText: #"[["a"],[]]"#) == [["a"], []])
        #expect(throws: JSONError.self) { try [String](jsonText: "[null]") }
        let lists: [String: [Int64]] = ["b": [1, 2], "a": []]
        #expect(try lists.jsonText() == #"{"a":[],"b":[1,2]}"#)
        #expect(try [JSONValue](jsonText: "[null]") == [nil])
    }

    static let escapes: [(String, String, String)] = [
        ("=", "=", #"\u003d"#), ("<", "<", #"\u003c"#), (">", ">", #"\u003e"#), ("&", "&", #"\u0026"#),
        ("'", "'", #"\u0027"#), ("\u{2028}", "\u{2028}", #"\u2028"#), ("\u{2029}", "\u{2029}", #"\u2029"#),
        ("\u{2027}\u{202A}\u{20A8}", "\u{2027}\u{202A}\u{20A8}", "\u{2027}\u{202A}\u{20A8}"),
        ("\"\\/", #"\"\\/"#, #"\"\\/"#), ("\u{8}\t\n\u{C}\r", #"\b\t\n\f\r"#, #"\b\t\n\f\r"#),
        ("\0\u{1}\u{B}\u{1F}", #"\u0000\u0001\u000b\u001f"#, #"\u0000\u0001\u000b\u001f"#),
        ("\u{7F}é\u{1F600}", "\u{7F}é\u{1F600}", "\u{7F}é\u{1F600}"), ("", "", ""),
        ("0123456=a'01234567\u{2028}", "0123456=a'01234567\u{2028}", #"0123456\u003da\u002701234567\u2028"#),
    ]

    @Test("Escapes in both ways of writing", arguments: escapes)
    func escaping(string: String, standard: String, html: String) throws {
        for (escaping, content) in [(JSONWriter.Escaping.standard, standard), (.html, html)] {
            let text = "\"\(content)\""
            #expect(try string.jsonText(escaping: escaping) == text)
            #expect(try String(jsonText: text) == string)
            #expect(try JSONValue.object([string: 1]).jsonText(escaping: escaping) == "{\(text):1}")
        }
    }

    @Test("Member names are matched with their escapes resolved, and exactly")
    func memberNames() throws {
        for (name, matches) in [
            (#"topic"#, true), (#"t\u006fpic"#, true), (#"\u0074\u006F\u0070\u0069\u0063"#, true), ("Topic", false),
            ("topi", false), ("topics", false), ("", false), (#"topic\u0000"#, false), (#"t\\opic"#, false),
            ("topik", false),
        ] {
            let text = "{ \"\(name)\" : 0 }"
            var reader = JSONReader(text.utf8.span)
            try reader.beginObject()
            #expect(try reader.nextMember())
            #expect(reader.isMember("topic") == matches, "\(name)")
            #expect((reader.memberName == "topic") == matches)
            try reader.skipValue()
            #expect(try !reader.nextMember())
            try reader.finish()
        }
    }

    @Test("The kind of the next value can be looked at")
    func kinds() throws {
        let expected: [(String, JSONReader.Kind)] = [
            (" {}", .object), ("[", .array), ("\"", .string), ("-1", .number), ("9", .number), ("true", .bool),
            ("f", .bool),
            ("null", .null),
        ]
        for (text, kind) in expected {
            var reader = JSONReader(text.utf8.span)
            #expect(try reader.nextKind() == kind)
        }
    }
}
