// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import TunnelComponent

@Suite(.timeLimit(.minutes(1)))
struct LocalproxyLineTests {
    static let prefix = "[2026-11-23 16:20:49.779377] (0x00007f298c16ec80) [info] "

    static let table: [(String, LocalproxyLine)] = [
        ("Starting proxy in destination mode", .started),
        (
            "Attempting to establish web socket connection with endpoint wss://localhost:9443",
            .connecting(endpoint: "wss://localhost:9443")
        ),
        ("Web socket session ID: mock-i-destination", .sessionID("mock-i-destination")),
        ("Successfully established websocket connection with proxy server: wss://localhost:9443", .connected),
        ("Updated port mapping for v1 format: ", .mappingAccepted),
        ("Use port mapping: ", .mappingAccepted),
        ("SSH = 18080", .other("SSH = 18080")),
        (
            "Attempting to establish tcp socket connection to: 22",
            .other("Attempting to establish tcp socket connection to: 22")
        ),
        ("Connected to 127.0.0.1, port: 18080", .streamOpened(endpoint: "127.0.0.1:18080")),
        ("Connected to Unix socket: /run/app.sock", .streamOpened(endpoint: "/run/app.sock")),
        ("Disconnected from: 127.0.0.1:18080", .streamClosed(endpoint: "127.0.0.1:18080")),
        ("Disconnecting... remote endpoint not found", .streamClosed(endpoint: "")),
        (
            "Could not connect to destination 127.0.0.1:18099 -- Success",
            .localServiceUnreachable("nothing answers on 127.0.0.1:18099")
        ),
        ("Web socket close received. Code: 1000; Reason: mock closes", .closed(code: 1000, reason: "mock closes")),
        ("Web socket close received. Code: 1000; Reason: ", .closed(code: 1000, reason: "")),
        ("Web socket close received. Code: x", .closed(code: nil, reason: "")),
        (
            #"Proxy server rejected web socket upgrade request: (HTTP/1.1 403 Mock) "{"message":"mock says 403"}""#,
            .refused(status: 403, text: "mock says 403")
        ),
        (
            #"Proxy server rejected web socket upgrade request: (HTTP/1.1 500 Internal (bad)) "plain "text"""#,
            .refused(status: 500, text: #"plain "text""#)
        ),
        (
            #"Proxy server rejected web socket upgrade request: (HTTP/1.1 404 Not Found) """#,
            .refused(status: 404, text: "Not Found")
        ),
        ("Proxy server rejected web socket upgrade request: garbled", .refused(status: 0, text: " garbled")),
        (
            #"Proxy server rejected web socket upgrade request: (HTTP/1.1 200 OK) """#,
            .dropped("the service dropped the connection during the handshake")
        ),
        (
            "Could not connect to proxy server: Connection refused",
            .networkError("Could not connect to proxy server: Connection refused")
        ),
        (
            "Could not connect to Web Proxy: Connection refused",
            .webProxyError("Could not connect to Web Proxy: Connection refused")
        ),
        (
            "Could not connect to proxy server: Failed to establish the TCP connection to the Web proxy",
            .webProxyError("Could not connect to proxy server: Failed to establish the TCP connection to the Web proxy")
        ),
        ("Invalid service id received for stream start: ", .invalidServiceID("")),
        ("Error from io_ctx::run(): x", .dropped("Error from io_ctx::run(): x")),
        ("Failed web socket session ID: mock-k", .dropped("Failed web socket session ID: mock-k")),
    ]

    @Test(arguments: table)
    func `A line is known by its text, whatever stands before it`(_ text: String, _ expected: LocalproxyLine) {
        #expect(LocalproxyLine(Self.prefix + text) == expected)
        #expect(LocalproxyLine("[2023-05-08T12:11:45.732168Z]{1234}[info]    " + text) == expected)
        #expect(LocalproxyLine(text) == expected)
    }

    @Test(arguments: [
        ("the option '--access-token' is required but missing", true), ("unrecognised option '--nonsense'", true),
        ("Try 'localproxy --help' for a list of options.", true), ("the optional thing", false), ("", false),
        ("[", false),
        ("[a", false), ("[a](b", false), ("[a] (b) c", false),
    ])
    func `A wrong use of options has no level before it`(_ text: String, _ isUsage: Bool) {
        #expect(LocalproxyLine(text) == (isUsage ? .usage(text) : .other(text)))
    }

    @Test func `A fatal line is known by its level`() {
        let line =
            "[2026-11-23 16:19:09.880871] (0x00007f7ca2ea0c80) [fatal] Client token must be between 32 and 128 characters"
        #expect(LocalproxyLine(line) == .fatal("Client token must be between 32 and 128 characters"))
        #expect(
            LocalproxyLine("[x] (0x0) [fatal] Wrong configurations detected in local proxy. Please")
                == .wrongConfiguration("Wrong configurations detected in local proxy. Please")
        )
    }

    /// Every line of the transcripts above debug level says something, but for those of this list.
    @Test func `Every recorded line of weight is understood`() throws {
        let silent = [
            "Found access token", "SECURITY", "Attempting to establish tcp", "Setting up dest socket", "SSH = ",
            "simultaneous connections are not enabled",
        ]
        var counts: [String: Int] = [:]
        for line in try Self.recordedLines() {
            let (level, text) = LocalproxyLine.split(Substring(line))
            let found = LocalproxyLine(line)
            counts[Self.name(found), default: 0] += 1
            guard case .other = found, level != "debug" else { continue }
            #expect(silent.contains { text.hasPrefix($0) }, "\(line)")
        }
        for name in [
            "started", "connecting", "sessionID", "connected", "mappingAccepted", "streamOpened", "streamClosed",
            "closed",
            "localServiceUnreachable", "refused", "networkError", "tlsError", "webProxyError", "dropped", "usage",
            "wrongConfiguration", "fatal",
        ] {
            #expect(counts[name, default: 0] > 0, "\(name)")
        }
    }

    private static func name(_ line: LocalproxyLine) -> String {
        String("\(line)".prefix { $0 != "(" })
    }

    private static func recordedLines() throws -> [String] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Recordings")
        let errors = try String(contentsOf: folder.appending(path: "localproxy-errors.txt"), encoding: .utf8)
            .split(separator: "\n").compactMap { $0.hasPrefix("    err: ") ? String($0.dropFirst(9)) : nil }
        let lines = try String(contentsOf: folder.appending(path: "localproxy-lines.txt"), encoding: .utf8)
            .split(separator: "\n").map(String.init)
        try #require(errors.count > 80 && lines.count > 40)
        return errors + lines
    }
}
