// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import Testing

/// What other clients and the servers write, member by member.
@Suite("JSON as others write it", .timeLimit(.minutes(1)))
struct JSONOtherWritersTests {
    private static let strings: [(String, String)] = [
        (#""\"\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0000\u0001\u001f\u007f""#, "\0\u{1}\u{1F}\u{7F}"),
        (#""Zu\u0308rich \u00e9\u00df""#, "Zu\u{308}rich éß"),
        (#""\ud83d\ude00\ud83d\udc68\u200d\ud83d\udc69""#, "\u{1F600}\u{1F468}\u{200D}\u{1F469}"), (#""""#, ""),
    ]

    @Test("Strings with the escapes of Python's writer", arguments: strings)
    func pythonStrings(text: String, expected: String) throws {
        let string = try String(jsonText: text)
        #expect(Array(string.utf8) == Array(expected.utf8))
        #expect(try Array(String(jsonText: string.jsonText()).utf8) == Array(expected.utf8))
    }

    @Test("A document keeps nulls, nesting, odd keys and the kinds of numbers")
    func documents() throws {
        let texts = [
            #"{"a":null,"b":[null]}"#, ##"{"":1,"#":5,"a b":3,"a.b":2,"é":4}"##,
            #"{"a":{"b":{"c":{"d":{"e":[[[{"f":1}]]]}}}}}"#,
            #"{"big":12345678901234,"d":1.0,"exp":1e+30,"i":1,"neg":-0.5}"#,
        ]
        for text in texts { #expect(try JSONValue(jsonText: text).jsonText() == text) }
    }

    @Test("The classic nucleus makes doubles of integers: they are still integers")
    func javaDocument() throws {
        let value = try JSONValue(jsonText: #"{"message":{"i":1.0,"list":[2.0],"big":9.007199254740992E15}}"#)
        #expect(value["message"]?["i"]?.integerValue == 1)
        #expect(value == ["message": ["i": 1, "list": [2], "big": 9_007_199_254_740_992]])
    }

    @Test("Nucleus lite fills two members of a message")
    func liteEvent() throws {
        guard
            case .message(let message) = try ExampleIoTCoreMessage(
                jsonText: #"{"message": {"topicName": "t", "payload": ""}}"#
            )
        else {
            Issue.record("the variant was not found")
            return
        }
        #expect(message.payload == [])
        #expect(message.retain == nil && message.userProperties == nil)
    }

    @Test("null for a blob or a list is absent")
    func nulls() throws {
        let message = try ExampleMQTTMessage(jsonText: #"{"topicName": "t", "payload": null, "userProperties": null}"#)
        #expect(message.payload == nil && message.userProperties == nil)
    }
}
