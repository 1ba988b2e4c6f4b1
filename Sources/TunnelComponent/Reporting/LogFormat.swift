// SPDX-License-Identifier: Apache-2.0

internal import GreengrassIPC

/// How a line of the log is written.
enum LogFormat: String, Hashable, Sendable, CaseIterable {
    /// `level=info event=notification tunnel=…`.
    case text
    /// One JSON object a line, with the same members.
    case json

    /// The line without a line break.
    func write(_ line: LogLine) -> String {
        guard self == .json else { return line.description }
        var members: [(String, String)] = [("level", line.level.rawValue), ("event", line.event.rawValue)]
        if let tunnel = line.tunnel { members.append(("tunnel", tunnel.description)) }
        if !line.services.isEmpty { members.append(("service", line.services.joined(separator: ","))) }
        if let reason = line.reason { members.append(("reason", reason)) }
        if let text = line.text { members.append(("text", text)) }
        var json = JSONWriter()
        json.beginObject()
        for (name, value) in members {
            json.memberName(name)
            json.string(value)
        }
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
