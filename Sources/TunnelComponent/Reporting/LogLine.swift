// SPDX-License-Identifier: Apache-2.0

/// One line of the log: `level=info event=notification tunnel=1a2b3c4d service=SSH,WEB reason=… text="…"`.
struct LogLine: Hashable, Sendable, CustomStringConvertible {
    var level: LogLevel
    var event: LogEvent
    /// The first eight hexadecimal digits of the token's hash.
    var tunnel: TunnelID?
    /// Service names, joined by commas.
    var services: [String]
    /// One fixed word, for programs.
    var reason: String?
    /// A sentence, for people.
    var text: String?

    init(
        _ level: LogLevel,
        _ event: LogEvent,
        tunnel: TunnelID? = nil,
        services: [String] = [],
        reason: String? = nil,
        text: String? = nil
    ) {
        self.level = level
        self.event = event
        self.tunnel = tunnel
        self.services = services
        self.reason = reason
        self.text = text
    }

    /// The line without a line break; whatever comes from outside is escaped so that it cannot forge another.
    var description: String {
        var fields = ["level=\(level.rawValue)", "event=\(event.rawValue)"]
        if let tunnel { fields.append("tunnel=\(tunnel)") }
        if !services.isEmpty { fields.append("service=" + Self.value(services.joined(separator: ","))) }
        if let reason { fields.append("reason=" + Self.value(reason)) }
        if let text { fields.append("text=" + Self.value(text)) }
        return fields.joined(separator: " ")
    }

    /// A value as it stands behind `=`: bare when it is one plain word, else quoted and escaped.
    static func value(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                    && byte != UInt8(ascii: "=")
            }
        return isPlain ? text : "\"" + escape(text) + "\""
    }

    /// Escapes quotes, backslashes and what a terminal or a log reader would act on.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            case "\t": escaped += "\\t"
            default:
                if isActive(scalar) {
                    escaped += "\\u{" + String(scalar.value, radix: 16) + "}"
                } else {
                    escaped.unicodeScalars.append(scalar)
                }
            }
        }
        return escaped
    }

    /// Control characters of both ranges, line separators, and the marks that turn the direction of writing.
    private static func isActive(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
