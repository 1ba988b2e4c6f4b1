// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC
import GreengrassIPCTesting

/// What a frame is, in the few words that a chart has room for. Without tokens and secrets.
struct FrameSummary {
    /// What kind of thing happened, for colours.
    enum Tone: String {
        case handshake, request, response, event, error, end
    }

    var tone: Tone
    var stream: Int32 = 0
    /// `SubscribeToIoTCore`, `CONNECT_ACK accepted`, `UnauthorizedError`.
    var title: String
    /// The payload in one line.
    var detail = ""
    /// Flags worth showing.
    var marks: [String] = []

    init(_ item: Capture.Item, operation: String?, redaction: inout Redaction) {
        switch item.content {
        case .endOfFile: self.init(tone: .end, title: "closes the connection")
        case .omitted(let count): self.init(tone: .end, title: "a message of \(count) bytes, left out of the recording")
        case .partial(let bytes): self.init(tone: .error, title: "\(bytes.count) bytes that are no message")
        case .message(let message):
            self.init(message, item.sender, operation: operation)
            let payload = Array(message.payload)
            let isText = String(validating: payload, as: UTF8.self) != nil
            detail =
                isText
                ? String(decoding: redaction.redacted(payload) ?? payload, as: UTF8.self) : "\(payload.count) bytes"
            detail = detail.split { $0.isNewline }.joined(separator: " ")
        }
    }

    private init(tone: Tone, title: String) {
        self.tone = tone
        self.title = title
    }

    private init(_ message: Message, _ sender: RecordedSession.Sender?, operation: String?) {
        let type = message.int32(":message-type") ?? -1
        let flags = message.int32(":message-flags") ?? 0
        let shape = message.string("service-model-type").map(FrameNames.short)
        let name = FrameNames.type(type) ?? "message of type \(type)"
        switch type {
        case 0 where sender != .server && operation != nil && message.string("operation") != nil:
            self.init(tone: .request, title: operation ?? name)
        case 0:
            let isResponse = shape.map { $0.hasSuffix("Response") } ?? true
            let isEmptyEnd = flags & 2 != 0 && message.payload.isEmpty && shape == nil
            self.init(
                tone: isEmptyEnd ? .end : isResponse ? .response : .event,
                title: isEmptyEnd ? "ends \(operation ?? "the stream")" : shape ?? operation ?? name
            )
        case 1: self.init(tone: .error, title: shape ?? name)
        case 5:
            self.init(
                tone: flags & 1 == 0 ? .error : .handshake,
                title: name + (flags & 1 == 0 ? " refused" : " accepted")
            )
        case 2, 3, 4: self.init(tone: .handshake, title: name)
        default: self.init(tone: .error, title: name)
        }
        stream = message.int32(":stream-id") ?? 0
        if flags & 2 != 0, type <= 1 { marks.append("TERMINATE") }
    }
}
