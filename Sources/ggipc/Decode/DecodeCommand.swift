// SPDX-License-Identifier: Apache-2.0

import CommandArguments
import EventReactor

/// `ggipc decode`.
struct DecodeCommand {
    private let path: String
    private let pagePath: String?
    private let isChart: Bool
    private let redacts: Bool
    private let connection: Int?
    private let colour: ColourChoice
    private let isPretty: Bool

    /// What is read at most.
    private static let sizeLimit = 1 << 30

    init(_ arguments: ParsedArguments) throws(UsageError) {
        path = arguments.operands.first ?? "-"
        pagePath = arguments["--html"]
        isChart = arguments.has("--chart")
        redacts = arguments.has("--redact")
        isPretty = arguments.has("--pretty")
        connection = try arguments.number("--connection", in: 0...Int(Int32.max))
        colour = try arguments.choice("--color", of: ColourChoice.self) ?? .auto
        if isChart, isPretty { throw UsageError("--pretty goes with JSON, not with --chart") }
    }

    func run() throws -> Int32 {
        var capture = Capture(try Files.read(path, limit: Self.sizeLimit))
        if let connection { capture.items.removeAll { $0.connection != connection } }
        if redacts { redact(&capture.items) }
        if let pagePath {
            let name = path == "-" ? "Greengrass IPC" : path.split(separator: "/").last.map(String.init) ?? path
            let page = HTMLPage(title: name).text(capture.items, failure: capture.failure)
            try Files.write(Array(page.utf8), to: pagePath)
        }
        let isColoured = colour.isOn(for: 1)
        if isChart {
            let width = CurrentProcess.environment("COLUMNS").flatMap { Int($0) } ?? 100
            CurrentProcess.write(SequenceChart(width: width, isColoured: isColoured).text(capture.items), to: 1)
        } else if pagePath == nil {
            write(capture.items, JSONStyle(isIndented: isPretty, isColoured: isColoured))
        }
        guard let failure = capture.failure else { return 0 }
        CurrentProcess.write("ggipc: \(path == "-" ? "standard input" : path): \(failure)\n", to: 2)
        return 1
    }

    private func redact(_ items: inout [Capture.Item]) {
        var redaction = Redaction()
        for index in items.indices {
            guard case .message(let message) = items[index].content else { continue }
            items[index].content = .message(redaction.redacted(message))
        }
    }

    private func write(_ items: [Capture.Item], _ style: JSONStyle) {
        var conversation = Conversation()
        var text: [UInt8] = []
        for item in items {
            var operation: String?
            if case .message(let message) = item.content {
                operation = conversation.operation(of: message, on: item.connection)
            }
            text += style.text(FrameJSON.line(item, operation: operation))
            text.append(UInt8(ascii: "\n"))
            if text.count > 1 << 20 {
                CurrentProcess.write(text, to: 1)
                text.removeAll(keepingCapacity: true)
            }
        }
        CurrentProcess.write(text, to: 1)
    }
}
