// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPC
import Testing

@testable import TunnelComponent

@Suite(.timeLimit(.minutes(1)))
struct LogLineTests {
    private let tunnel = TunnelID(digest: [0x1A, 0x2B, 0x03, 0x4D, 0xFF])

    @Test func `The fields stand in a fixed order`() {
        let line = LogLine(
            .info,
            .notification,
            tunnel: tunnel,
            services: ["SSH", "WEB"],
            reason: "limit",
            text: "a b"
        )
        #expect(
            line.description
                == #"level=info event=notification tunnel=1a2b034d service=SSH,WEB reason=limit text="a b""#
        )
        #expect(LogLine(.warning, .tunnelConnected).description == "level=warning event=tunnel-connected")
    }

    @Test(arguments: [
        ("plain", "plain"), ("", #""""#), ("a b", #""a b""#), ("a\"b\\", #""a\"b\\""#),
        ("a\nevent=x", #""a\nevent=x""#),
        ("a\r\n\t", #""a\r\n\t""#), ("\u{1B}[31m", #""\u{1b}[31m""#), ("\u{202E}x", #""\u{202e}x""#), ("ä", "\"ä\""),
        ("a=b", #""a=b""#), ("\u{85}", #""\u{85}""#),
    ])
    func `A value cannot break out of its field`(_ value: String, _ written: String) {
        #expect(LogLine.value(value) == written)
    }

    @Test func `The events' words are those that operators know`() {
        #expect(
            LogEvent.allCases.map(\.rawValue) == [
                "connected", "subscribed", "notification", "refused", "duplicate", "starting", "connecting",
                "tunnel-connected", "stream-opened", "stream-closed", "reconnecting", "ended", "configuration",
                "disconnected", "log", "stopping",
            ]
        )
    }

    @Test(arguments: LogLevel.allCases)
    func `Lines below the minimum are dropped`(_ minimum: LogLevel) {
        let lines = Lock([LogLine]())
        let reporter = Reporter(minimum: minimum) { line, _ in lines.withLock { $0.append(line) } }
        for level in LogLevel.allCases { reporter.report(LogLine(level, .connected)) }
        let expected = LogLevel.allCases.filter { $0 >= minimum }
        #expect(lines.withLock { $0.map(\.level) } == expected)
    }

    @Test func `JSON has the same members, and no line can be forged in it`() throws {
        let digest = [UInt8](repeating: 0xAB, count: 32)
        let line = LogLine(
            .warning,
            .ended,
            tunnel: TunnelID(digest: digest),
            services: ["SSH", "WEB"],
            reason: "tls",
            text: "a\n\"b\" \u{1B}[0m"
        )
        let text = LogFormat.json.write(line)
        #expect(!text.contains("\n"))
        let value = try JSONValue(jsonText: text)
        #expect(
            value == [
                "level": "warning", "event": "ended", "tunnel": "abababab", "service": "SSH,WEB", "reason": "tls",
                "text": .string("a\n\"b\" \u{1B}[0m"),
            ]
        )
        #expect(LogFormat.text.write(line) == line.description)
    }
}
