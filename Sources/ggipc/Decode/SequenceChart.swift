// SPDX-License-Identifier: Apache-2.0

import GreengrassIPCTesting

/// A capture as a sequence chart in text: the client on the left, the nucleus on the right, time downwards.
struct SequenceChart {
    /// Characters of the whole line.
    var width = 100
    var isColoured = false

    func text(_ items: [Capture.Item]) -> String {
        var conversation = Conversation()
        var redaction = Redaction()
        var lastConnection: Int??
        var text = ""
        for item in items {
            if lastConnection != .some(item.connection) {
                if lastConnection != nil { text += "\n" }
                lastConnection = .some(item.connection)
                text += heading(item.connection)
            }
            var operation: String?
            if case .message(let message) = item.content {
                operation = conversation.operation(of: message, on: item.connection)
            }
            let summary = FrameSummary(item, operation: operation, redaction: &redaction)
            text += line(item, summary)
        }
        return text
    }

    private var laneWidth: Int { max(30, width - 14) }

    private func heading(_ connection: Int?) -> String {
        let name = connection.map { "connection \($0)" } ?? ""
        let gap = String(repeating: " ", count: max(1, laneWidth - 13))
        return (name.isEmpty ? "" : name + "\n") + "         ms  client\(gap)nucleus\n"
    }

    private func line(_ item: Capture.Item, _ summary: FrameSummary) -> String {
        let time = item.milliseconds.map { Self.milliseconds($0) } ?? ""
        let margin = String(repeating: " ", count: max(0, 11 - time.count)) + time + "  "
        var label = summary.title
        if summary.stream != 0 { label = "#\(summary.stream) " + label }
        for mark in summary.marks { label += " [\(mark)]" }
        if !summary.detail.isEmpty { label += " " + summary.detail }
        let room = laneWidth - 8
        if label.count > room { label = label.prefix(room - 1) + "…" }
        let rest = laneWidth - label.count - 5
        let arrow =
            switch item.sender {
            case .client: "├─ \(label) \(String(repeating: "─", count: max(0, rest - 1)))▶│"
            case .server: "│◀\(String(repeating: "─", count: max(0, rest - 1))) \(label) ─┤"
            case nil: "│  \(label)\(String(repeating: " ", count: max(0, rest + 1)))│"
            }
        return margin + paint(arrow, summary.tone) + "\n"
    }

    private static func milliseconds(_ value: Double) -> String {
        let hundredths = Int((min(max(value, -1e9), 1e9) * 100).rounded())
        let fraction = abs(hundredths % 100)
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }

    private func paint(_ text: String, _ tone: FrameSummary.Tone) -> String {
        guard isColoured else { return text }
        let colour =
            switch tone {
            case .handshake: 36
            case .request: 34
            case .response: 32
            case .event: 35
            case .error: 31
            case .end: 90
            }
        return "\u{1B}[\(colour)m\(text)\u{1B}[0m"
    }
}
