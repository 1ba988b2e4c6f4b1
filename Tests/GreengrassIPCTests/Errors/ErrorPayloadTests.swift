// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GreengrassIPC

@Suite(.timeLimit(.minutes(1)))
struct ErrorPayloadTests {
    typealias Code = GreengrassIPCError.Code

    private static let json = "application/json"
    private static let service = "aws.greengrass#ServiceError"

    private func decode(_ shape: String?, _ contentType: String?, _ payload: some Sequence<UInt8>) throws
        -> GreengrassIPCError
    {
        let message = try RPCMessage.from(
            type: MessageType.applicationError,
            flags: 2,
            stream: 1,
            shape: shape,
            contentType: contentType,
            payload: Array(payload)
        )
        return ErrorPayload.decode(message, operation: "aws.greengrass#X")
    }

    static let cases: [(String?, String?, String, Code, String)] = [
        // Modelled errors of both nuclei.
        (
            "aws.greengrass#UnauthorizedError", json,
            #"{"_message":"IPC Operation not authorized.","_errorCode":"UnauthorizedError"}"#,
            .unauthorized, "IPC Operation not authorized."
        ),
        (
            "aws.greengrass#ResourceNotFoundError", json,
            #"{"message":"Key not found","_service":"S","_message":"other","_errorCode":"ResourceNotFoundError"}"#,
            .resourceNotFound, "Key not found"
        ),
        (service, json, #"{"_message":"","_errorCode":"ServiceError"}"#, .serviceError, "no text"),
        (service, json, #"{"_service":"S","_errorCode":"ServiceError"}"#, .serviceError, "no text"),
        (service, json, #"{"message":"","_message":"m","_errorCode":"E"}"#, .serviceError, "m"),
        (service, json, #"{"message":null,"_message":7}"#, .serviceError, "no text"),
        (service, json, #"{"message":"m","context":{"reasonString":"r"}}"#, .serviceError, "m"),
        // A name that the model does not have, and one without its namespace.
        ("aws.greengrass#BrandNewError", json, #"{"message":"m"}"#, .service("BrandNewError"), "m"),
        ("ConflictError", json, #"{"message":"m"}"#, .service("ConflictError"), "m"),
        ("aws#AccessDenied", json, "{}", .service("AccessDenied"), "no text"),
        // No shape: an unknown operation, an exception of the nucleus, an error code alone.
        (
            nil, json,
            #"{ "error": "Unsupported Operation", "message": "aws.greengrass#X is an unsupported operation." }"#,
            .unmodelledError, "Unsupported Operation: aws.greengrass#X is an unsupported operation."
        ),
        (nil, "text/plain", "InternalServerError", .unmodelledError, #""InternalServerError" (text/plain)"#),
        (nil, json, #"{"_message":"m","_errorCode":"ConflictError"}"#, .service("ConflictError"), "m"),
        (nil, json, #"{"_message":"m","_errorCode":""}"#, .unmodelledError, "m"),
        ("", json, #"{"message":"m"}"#, .unmodelledError, "m"),
        ("aws.greengrass#", json, #"{"message":"m"}"#, .service("aws.greengrass"), "m"),
        (nil, json, "{}", .unmodelledError, "no text"),
        // Payloads that are no object, or nothing.
        (nil, nil, "", .unmodelledError, "no text (no content type)"),
        (service, json, "", .serviceError, "no text (application/json)"),
        (service, json, "null", .serviceError, #""null""#), (service, json, "[1]", .serviceError, #""[1]""#),
        (nil, json, #"{ "error": "E"}"message": "M"}"#, .unmodelledError, #""error": "E""#),
        (service, json, #"{"message":"#, .serviceError, #"{"message":"#),
    ]

    @Test(arguments: cases)
    func shapes(_ shape: String?, _ contentType: String?, _ payload: String, _ code: Code, _ text: String) throws {
        let error = try decode(shape, contentType, payload.utf8)
        #expect(error.code == code)
        #expect(error.message.contains(text), "\(error.message)")
        #expect(error.operation == "aws.greengrass#X")
    }

    @Test func aTextIsShortAndOnOneLine() throws {
        let long = String(repeating: "x", count: 100_000)
        #expect(try decode(Self.service, Self.json, #"{"message":"\#(long)"}"#.utf8).message.count <= 300)
        #expect(try decode(nil, "text/plain", long.utf8).message.count < 400)
        let longest = String(repeating: "x", count: 32767)
        #expect(try decode(longest, longest, long.utf8).description.count < 1200)
        let lines = "a\nb\rc\u{1B}[31md\u{85}e\u{2028}f\u{0}g\u{7F}h"
        let error = try decode(nil, "text/plain", lines.utf8)
        #expect(error.message.contains("a b c [31md e f g h"), "\(error.message)")
    }

    @Test func bytesThatAreNoTextAreRepaired() throws {
        let error = try decode(nil, "application/octet-stream", [0xFF, 0x00, 0xC3, 0x28])
        #expect(error.code == .unmodelledError)
        #expect(error.message.contains("\u{FFFD} \u{FFFD}("))
    }

    @Test(arguments: [
        (#"{"message":"ids must grow monotonically"}"#, "ids must grow monotonically"),
        // What the classic nucleus sends is not always well-formed.
        (#"{ "error": "Missing operation.";}"#, #"{ "error": "Missing operation.";}"#),
        (#"{ "error": "E"}"message": "M"}"#, #"{ "error": "E"}"message": "M"}"#),
        (#"{"error":"E"}"#, "E"), ("", ""), ("null", "null"), ("text\nlines", "text lines"),
    ])
    func connectionErrors(_ payload: String, _ text: String) throws {
        let message = try RPCMessage.from(type: MessageType.protocolError, stream: 0, payload: Array(payload.utf8))
        #expect(ErrorPayload.connectionText(message) == text)
    }
}
