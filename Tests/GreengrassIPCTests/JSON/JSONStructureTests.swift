// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import Testing

@Suite("JSON to and from structures", .timeLimit(.minutes(1)))
struct JSONStructureTests {
    @Test("An event with all members, one unknown and one null, escaped as the classic nucleus does")
    func fullEvent() throws {
        let text = #"""
            {"message":{"topicName":"a/\u003d\/b","payload":"aGVsbG8\u003d","retain":true,"payloadFormat":"1",
            "new":{"a":[1,{}]},"userProperties":[{"key":"k","value":"v"},{"value":"w","key":"k"},{}],
            "messageExpiryIntervalSeconds":2.5E1,"correlation\u0044ata":"AAEC","responseTopic":null,
            "contentType":"\ud83d\ude00"}}
            """#
        guard case .message(let message) = try ExampleIoTCoreMessage(jsonText: text) else {
            Issue.record("the variant was not found")
            return
        }
        #expect(message.topicName == "a/=/b")
        #expect(message.payload == Array("hello".utf8))
        #expect(message.retain == true)
        #expect(message.payloadFormat == "1")
        #expect(message.userProperties?.map(\.key) == ["k", "k", nil])
        #expect(message.userProperties?.map(\.value) == ["v", "w", nil])
        #expect(message.messageExpiryIntervalSeconds == 25)
        #expect(message.correlationData == [0, 1, 2])
        #expect(message.responseTopic == nil)
        #expect(message.contentType == "\u{1F600}")
    }

    @Test("Unions without or with an unknown variant are no errors", arguments: ["{}", #"{"other":[]}"#])
    func unknownVariant(text: String) throws {
        #expect(try ExampleIoTCoreMessage(jsonText: text) == .unknown)
    }

    @Test("The error for a missing member names it", arguments: ["{}", #"{"topicName":null,"payload":""}"#])
    func missingMember(text: String) {
        let error = #expect(throws: JSONError.self) { try ExampleMQTTMessage(jsonText: text) }
        #expect(error?.message.contains("\"topicName\"") == true)
        #expect(error?.offset == text.utf8.count)
    }

    @Test("Errors do not quote the input")
    func errorsAreDiscreet() {
        let text = #"{"message":{"topicName":"secret","payload":"secret!"}}"#
        let error = #expect(throws: JSONError.self) { try ExampleIoTCoreMessage(jsonText: text) }
        #expect(error?.description.contains("secret") == false)
    }

    @Test("A request leaves out what is nil")
    func request() throws {
        var request = ExamplePublishRequest(topicName: "a/b", qos: "1", payload: Array("hi".utf8))
        #expect(try request.jsonText() == #"{"topicName":"a/b","qos":"1","payload":"aGk="}"#)
        #expect(try request.jsonText(escaping: .html) == #"{"topicName":"a/b","qos":"1","payload":"aGk\u003d"}"#)
        request.userProperties = [.init(key: "k", value: "\"\n"), .init(key: "", value: nil)]
        request.messageExpiryIntervalSeconds = .max
        request.payload = []
        request.qos = nil
        let expected = #"""
            {"topicName":"a/b","payload":"","userProperties":[{"key":"k","value":"\"\n"},{"key":""}],\#
            "messageExpiryIntervalSeconds":9223372036854775807}
            """#
        #expect(try request.jsonText() == expected)
    }
}
