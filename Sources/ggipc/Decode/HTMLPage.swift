// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC
import GreengrassIPCTesting

/// A capture as one page that needs nothing else: a sequence chart whose messages unfold to headers and payload.
///
/// It works without its script; that only filters. Tokens and secrets are not in it.
struct HTMLPage {
    var title: String

    func text(_ items: [Capture.Item], failure: Capture.Failure?) -> String {
        var conversation = Conversation()
        var redaction = Redaction()
        var rows = ""
        var lastConnection: Int??
        var counts: [FrameSummary.Tone: Int] = [:]
        for item in items {
            if lastConnection != .some(item.connection), let connection = item.connection {
                rows += "<h2>Connection \(connection)</h2>\n"
            }
            lastConnection = .some(item.connection)
            var item = item
            var operation: String?
            if case .message(let message) = item.content {
                operation = conversation.operation(of: message, on: item.connection)
                item.content = .message(redaction.redacted(message))
            }
            let summary = FrameSummary(item, operation: operation, redaction: &redaction)
            counts[summary.tone, default: 0] += 1
            rows += row(item, summary, operation)
        }
        if let failure { rows += "<p class=\"failure\">\(Self.escaped(failure.description))</p>\n" }
        let tones: [FrameSummary.Tone] = [.handshake, .request, .response, .event, .error, .end]
        let legend = tones.compactMap { tone in
            counts[tone].map { "<span class=\"\(tone.rawValue)\">\($0) \(Self.plural(tone, $0))</span>" }
        }
        return Self.head(Self.escaped(title)) + "<p class=\"legend\">\(legend.joined(separator: " "))</p>\n"
            + "<label>Show only <input id=\"filter\" type=\"search\" placeholder=\"operation, stream, text\"></label>"
            + " <output id=\"shown\"></output>\n<main>\n"
            + "<div class=\"ends\"><b>client</b><b>nucleus</b></div>\n" + rows + "</main>\n" + Self.tail
    }

    private static func plural(_ tone: FrameSummary.Tone, _ count: Int) -> String {
        tone.rawValue + (count == 1 ? "" : "s")
    }

    private func row(_ item: Capture.Item, _ summary: FrameSummary, _ operation: String?) -> String {
        let side = item.sender?.rawValue ?? "unknown"
        var label = "<b>\(Self.escaped(summary.title))</b>"
        if summary.stream != 0 { label = "<i>#\(summary.stream)</i> " + label }
        for mark in summary.marks { label += " <small>\(mark)</small>" }
        let time = item.milliseconds.map { "<time>\(($0 * 100).rounded() / 100) ms</time>" } ?? "<time></time>"
        let detail = Self.escaped(String(summary.detail.prefix(300)))
        let search = Self.escaped(
            "\(operation ?? "") \(summary.title) #\(summary.stream) \(summary.detail)".lowercased()
        )
        let head = "\(time)<span class=\"arrow\">\(label) <code>\(detail)</code></span>"
        guard case .message(let message) = item.content else {
            return "<div class=\"row \(side) \(summary.tone.rawValue)\" data-text=\"\(search)\">\(head)</div>\n"
        }
        return
            "<details class=\"row \(side) \(summary.tone.rawValue)\" data-text=\"\(search)\"><summary>\(head)</summary>"
            + body(message, item) + "</details>\n"
    }

    private func body(_ message: Message, _ item: Capture.Item) -> String {
        var text = "<table>"
        for header in message.headers {
            text += "<tr><td>\(Self.escaped(header.name))</td><td>\(Self.escaped(Self.described(header)))</td></tr>"
        }
        text += "</table>"
        let payload = Array(message.payload)
        if !payload.isEmpty {
            let shown = FrameJSON.isJSON(message.payload) ? JSONStyle(isIndented: true).text(payload) : payload
            let readable = String(validating: shown, as: UTF8.self) ?? Hex.encode(shown)
            text += "<pre>\(Self.escaped(readable))</pre>"
        }
        let place = item.offset.map { " at byte \($0)" } ?? ""
        return text + "<p>\(message.encodedByteCount) bytes\(place)</p>"
    }

    private static func described(_ header: Header) -> String {
        switch header.value {
        case .bool(let value): "\(value)"
        case .int8(let value): "\(value) (int8)"
        case .int16(let value): "\(value) (int16)"
        case .int32(let value):
            switch header.name {
            case ":message-type": "\(value) \(FrameNames.type(value) ?? "")"
            case ":message-flags": "\(value) \(FrameNames.flags(value).names.joined(separator: " "))"
            default: "\(value)"
            }
        case .int64(let value): "\(value) (int64)"
        case .bytes(let bytes): Hex.encode(bytes)
        case .string(let text): text
        case .timestamp(millisecondsSince1970: let value): "\(value) (timestamp)"
        case .uuid(let uuid): uuid.description
        }
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\0"..<" " where character != "\n" && character != "\t": result += "\u{FFFD}"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
