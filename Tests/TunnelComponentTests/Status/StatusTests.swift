// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPC
import Testing

@testable import TunnelComponent

/// The status as it is kept, written and printed.
@Suite(.timeLimit(.minutes(1)))
struct StatusTests {
    private static let first = TunnelID(digest: [1, 2, 3, 4])
    private static let second = TunnelID(digest: [5, 6, 7, 8])

    private func filledBoard() -> StatusBoard {
        var status = AgentStatus()
        (status.thingName, status.process, status.processStart, status.started) = ("T", 7, "99", 1000)
        let board = StatusBoard(status)
        board.accepted(Self.first, services: ["SSH"], now: 2000)
        board.accepted(Self.second, services: ["SSH", "WEB"], now: 3000)
        board.refused("limit")
        board.refused("limit")
        board.repeated()
        board.changed(Self.first, to: .connecting, trouble: nil, now: 4000)
        board.changed(Self.first, to: .connected, trouble: nil, now: 5000)
        board.changed(Self.second, to: .reconnecting, trouble: "network", now: 6000)
        return board
    }

    @Test func `Tunnels and counters follow what happens`() {
        let board = filledBoard()
        let status = board.current
        #expect(status.tunnels.map(\.state) == ["connected", "reconnecting"])
        #expect(status.tunnels.map(\.reason) == [nil, "network"])
        #expect(status.tunnels.map(\.since) == [5000, 6000])
        #expect(status.counters.notifications == 5)
        #expect(status.counters.accepted == 2)
        #expect(status.counters.duplicates == 1)
        #expect(status.counters.refused == ["limit": 2])
        board.changed(Self.first, to: .ended(.idle), trouble: nil, now: 7000)
        board.changed(Self.first, to: .ended(.idle), trouble: nil, now: 8000)
        #expect(board.current.tunnels.map(\.id) == [Self.second.description])
        #expect(board.current.ended.map(\.reason) == ["idle"])
        #expect(board.current.counters.ended == ["idle": 1])
        #expect(board.current.counters.connected == 1)
        #expect(board.current.counters.lost == 1)
    }

    @Test func `Of those that ended only the last are remembered`() {
        let board = StatusBoard()
        for number in 0..<30 {
            let id = TunnelID(digest: [0, 0, 0, UInt8(number)])
            board.accepted(id, services: ["SSH"], now: 0)
            board.changed(id, to: .ended(.timeout), trouble: nil, now: 1)
        }
        #expect(board.current.tunnels.isEmpty)
        #expect(board.current.ended.count == AgentStatus.rememberedEnds)
        #expect(board.current.ended.last?.id == "0000001d")
        #expect(board.current.counters.ended == ["timeout": 30])
    }

    @Test func `What is written can be read again`() throws {
        let board = filledBoard()
        board.changed(Self.first, to: .ended(.closed(code: 1, text: "")), trouble: nil, now: 7000)
        board.update { ($0.updated, $0.nucleus) = (8000, .subscribed) }
        let bytes = try board.current.document().jsonBytes()
        #expect(AgentStatus(try JSONValue(jsonBytes: bytes)) == board.current)
        #expect(AgentStatus(["process": 1]) == nil)
        #expect(AgentStatus([]) == nil)
    }

    @Test func `A message holds so many tunnels and fits nucleus lite`() throws {
        let board = StatusBoard()
        let service = String(repeating: "s", count: 40)
        for number in 0..<200 {
            let id = TunnelID(digest: [0, 0, 0, UInt8(number)])
            board.accepted(id, services: [service, service + "2"], now: 1_700_000_000_000)
        }
        let document = board.current.document(tunnelLimit: StatusPublisher.tunnelsInMessage)
        #expect(document["tunnels"]?.arrayValue?.count == 20)
        #expect(document["tunnelCount"]?.integerValue == 200)
        #expect(try document.jsonBytes().count < 7000)
    }

    private func print(_ content: String?, start: String?) throws -> (text: String, code: Int32) {
        let directory = try Files.makeTemporaryDirectory(prefix: "status-test-")
        let path = directory + "/status"
        if let content { try Files.replace(path, with: Array(content.utf8)) }
        defer {
            Files.remove(path)
            Files.remove(directory)
        }
        return StatusCommand(path: path, processStart: { $0 == 7 ? start : nil }, now: 65_000).run()
    }

    @Test func `The command tells a running agent from one that is gone`() throws {
        let board = filledBoard()
        board.update { $0.updated = 6000 }
        let content = String(decoding: try board.current.document().jsonBytes(), as: UTF8.self)
        let running = try print(content, start: "99")
        #expect(running.code == 0)
        #expect(running.text.hasPrefix("running: process 7 for 64 s, thing T\n"))
        #expect(running.text.contains("  01020304  SSH  connected  60 s\n"))
        #expect(running.text.contains("  05060708  SSH,WEB  reconnecting (network)  59 s\n"))
        // No such process, and another process with its number.
        for start in [nil, "100"] {
            let stale = try print(content, start: start)
            #expect(stale.code == 1)
            #expect(stale.text.hasPrefix("stale: process 7 is gone"))
        }
    }

    @Test func `A file that is missing or no status is told as such`() throws {
        #expect(try print(nil, start: nil).text.hasPrefix("no status: there is no file"))
        #expect(try print("{", start: nil).text.contains("is no status file"))
        #expect(try print("{}", start: nil).code == 1)
    }

    @Test func `A process's start is read behind any name`() {
        let fields = (3...30).map(String.init).joined(separator: " ")
        #expect(ProcessStart.parse("7 (a) b) c) \(fields)") == "22")
        #expect(ProcessStart.parse("7 (a)") == nil)
        #expect(ProcessStart.read(CurrentProcess.identifier) != nil)
    }
}
