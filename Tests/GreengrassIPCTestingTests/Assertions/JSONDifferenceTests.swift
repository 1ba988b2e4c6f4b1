// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

@Suite("Differences", .timeLimit(.minutes(1)))
struct JSONDifferenceTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var expected: JSONValue
        var actual: JSONValue
        var text: String

        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "the same by meaning", expected: ["a": 1, "b": [2.0]], actual: ["b": [2], "a": 1.0], text: ""),
        Case(name: "scalars", expected: 1, actual: "1", text: "- 1\n+ \"1\""),
        Case(
            name: "a member of an object",
            expected: ["topic": "door", "message": ["state": "open", "n": 1]],
            actual: ["topic": "door", "message": ["state": "shut", "n": 1]],
            text: """
                  {
                    "message": {
                      "n": 1,
                -     "state": "open"
                +     "state": "shut"
                    },
                    "topic": "door"
                  }
                """
        ),
        Case(
            name: "missing and further members",
            expected: ["a": ["deep": [1, 2]], "b": 1],
            actual: ["b": 1, "c": ["x": true]],
            text: """
                  {
                -   "a": {
                -     "deep": [
                -       1,
                -       2
                -     ]
                -   },
                    "b": 1,
                +   "c": {
                +     "x": true
                +   }
                  }
                """
        ),
        Case(
            name: "an element too many in the middle",
            expected: ["a", "b", "c"],
            actual: ["a", "x", "b", "c"],
            text: """
                  [
                    "a",
                +   "x",
                    "b",
                    "c"
                  ]
                """
        ),
        Case(
            name: "an element that changed, and long ones that did not",
            expected: [["k": 1], ["long": ["x", "y"]]],
            actual: [["k": 2], ["long": ["x", "y"]]],
            text: """
                  [
                    {
                -     "k": 1
                +     "k": 2
                    },
                    {…}
                  ]
                """
        ),
        Case(
            name: "secrets by name",
            expected: ["token": "expected-token", "qos": "1", "credential": ["password": "p1"]],
            actual: ["token": "actual-token", "qos": "0", "credential": ["password": "p2"]],
            text: """
                  {
                    "credential": {
                -     "password": <2 bytes, not shown>
                +     "password": <2 bytes, not shown>
                    },
                -   "qos": "1",
                +   "qos": "0",
                -   "token": <14 bytes, not shown>
                +   "token": <12 bytes, not shown>
                  }
                """
        ),
        Case(
            name: "control characters",
            expected: "a",
            actual: "\u{1b}[31m\n",
            text: "- \"a\"\n+ \"\\u001b[31m\\n\""
        ),
    ]

    @Test("Line by line", arguments: cases)
    func lines(_ testCase: Case) {
        let difference = JSONDifference(expected: testCase.expected, actual: testCase.actual)
        #expect(difference.description == testCase.text)
        #expect(difference.isEmpty == (testCase.expected == testCase.actual))
    }

    @Test("Of long texts the part that differs is shown")
    func longTexts() {
        let common = String(repeating: "x", count: 5000)
        let difference = JSONDifference(expected: .string(common + "1"), actual: .string(common + "2 and more"))
        #expect(difference.lines.count == 2)
        #expect(difference.lines.allSatisfy { $0.utf8.count < 200 })
        #expect(difference.lines[0].hasSuffix("1\" (5001 characters)"))
        #expect(difference.lines[1].hasSuffix("2 and more\" (5010 characters)"))
    }

    @Test("A secret that is known is not shown, wherever it stands")
    func knownSecrets() {
        let concealment = Concealment(secrets: ["TheSecretItself!"])
        let inBase64 = Base64.encode(Array("now: TheSecretItself!".utf8))
        let expected: JSONValue = ["a": "x TheSecretItself! y", "b": 1, "c": .string(inBase64)]
        let difference = JSONDifference(expected: expected, actual: ["b": 2], hiding: concealment)
        #expect(!difference.description.contains("TheSecret") && !difference.description.contains(inBase64))
        #expect(difference.description.contains("\"a\": <20 bytes, not shown>"))
    }

    @Test("Thousands of elements are compared by their place")
    func longArrays() {
        let expected = JSONValue.array((0..<2000).map { .integer($0) })
        let actual = JSONValue.array((0..<2001).map { .integer($0 == 7 ? -1 : $0) })
        let difference = JSONDifference(expected: expected, actual: actual)
        #expect(difference.lines.filter { !$0.hasPrefix(" ") } == ["-   7,", "+   -1,", "+   2000"])
    }

    @Test("Messages of either kind")
    func messages() {
        let concealment = Concealment(secrets: ["hidden"])
        func difference(_ expected: MessageContent, _ actual: MessageContent) -> [String] {
            MessageContent.difference(expected: expected, actual: actual, hiding: concealment)
        }
        #expect(difference(.text("a\nb\nc"), .text("a\nc")) == ["  \"a\"", "- \"b\"", "  \"c\""])
        #expect(difference(.text("a"), .text("is hidden")).last == "+ a text of 9 bytes, not shown")
        #expect(difference(.bytes([1, 2]), .bytes([1, 3, 4])) == ["- 0102 (2 bytes)", "+ 010304 (3 bytes)"])
        #expect(difference(.json(["a": 1]), .text("no")) == ["- {", "-   \"a\": 1", "- }", "+ the text \"no\""])
        #expect(difference(.json(.null), .bytes([255])) == ["- null", "+ the bytes ff"])
        let many = difference(.bytes(Array(repeating: 0, count: 100)), .bytes(Array(repeating: 0, count: 99) + [1]))
        #expect(many.allSatisfy { $0.hasPrefix("- …") || $0.hasPrefix("+ …") })
    }
}
