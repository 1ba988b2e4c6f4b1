// SPDX-License-Identifier: Apache-2.0

internal import EventStream

/// An error frame, read as both nuclei and all their oddities write it [protocol 4.5, 6, 14.4].
enum ErrorPayload {
    /// Texts of errors without a shape are cut here: they are the peer's, of any length.
    private static let longestText = 300

    static func decode(_ message: RPCMessage, operation: String) -> GreengrassIPCError {
        let shape = message.modelType.flatMap(name(ofShape:))
        guard let body = try? JSONValue(jsonBytes: message.payload), case .object = body else {
            let kind = message.contentType.map(excerpt) ?? "no content type"
            let text = excerpt(String(decoding: message.payload.prefix(longestText), as: UTF8.self))
            return GreengrassIPCError(
                shape.map { .service($0) } ?? .unmodelledError,
                text.isEmpty ? "the nucleus gave no text (\(kind))" : "the nucleus says \"\(text)\" (\(kind))",
                operation: operation
            )
        }
        // `message` is the model's member; lite knows only `_message`; the classic nucleus may leave either empty.
        let texts = [body["message"], body["_message"]].compactMap { $0?.stringValue }.filter { !$0.isEmpty }
        guard let name = shape ?? body["_errorCode"]?.stringValue.flatMap(Self.name(ofShape:)) else {
            let text = [body["error"]?.stringValue, texts.first].compactMap { $0 }.joined(separator: ": ")
            return GreengrassIPCError(
                .unmodelledError,
                text.isEmpty ? "the nucleus gave no text" : excerpt(text),
                operation: operation
            )
        }
        return GreengrassIPCError(
            .service(name),
            texts.first.map(excerpt) ?? "the nucleus gave no text",
            operation: operation,
            payload: GreengrassIPCError.Payload(name: name, jsonBytes: Array(message.payload))
        )
    }

    /// The text of a PROTOCOL_ERROR or INTERNAL_ERROR, whose JSON need not be well-formed.
    static func connectionText(_ message: RPCMessage) -> String {
        let body = try? JSONValue(jsonBytes: message.payload)
        if let text = body?["message"]?.stringValue ?? body?["error"]?.stringValue { return excerpt(text) }
        return excerpt(String(decoding: message.payload.prefix(longestText), as: UTF8.self))
    }

    private static func name(ofShape shape: String) -> String? {
        let name = shape.split(separator: "#").last.map(String.init)
        return name?.isEmpty == false ? name.map(excerpt) : nil
    }

    /// Short, and on one line: what breaks lines or steers terminals is taken out.
    private static func excerpt(_ text: String) -> String {
        String(
            text.unicodeScalars.prefix(longestText).map { scalar in
                switch scalar.value {
                case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029: " "
                default: Character(scalar)
                }
            }
        )
    }
}
