// SPDX-License-Identifier: Apache-2.0

import EventReactor
import EventStream
import Foundation
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

/// `UPDATE_FIDELITY=1 swift test --filter FidelityTests` writes the table anew.
@Suite("Fidelity", .timeLimit(.minutes(1)))
struct FidelityTests {
    @Test("Recorded clients get from the simulated nucleus what the real one gave", arguments: FidelityScenario.all)
    func sameAnswers(scenario: FidelityScenario) throws {
        for verdict in try FidelityRun.verdicts(of: scenario) {
            for difference in verdict.differences
            where FidelityReason.of(difference, in: scenario.name, verdict) == nil {
                let label = verdict.label.map { " (\($0))" } ?? ""
                Issue.record("\(scenario.name), connection \(verdict.connection)\(label): \(difference)")
            }
        }
    }

    @Test("The documented table of differences is up to date")
    func table() throws {
        let folder = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let path = "/\(folder)/Sources/GreengrassIPCTesting/GreengrassIPCTesting.docc/Fidelity.md"
        let text = try FidelityTable.text()
        if ProcessInfo.processInfo.environment["UPDATE_FIDELITY"] == "1" {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        }
        let written = try String(decoding: Files.read(path), as: UTF8.self)
        #expect(
            written == text,
            "Fidelity.md is out of date: run UPDATE_FIDELITY=1 swift test --filter FidelityTests and commit what it wrote"
        )
    }

    @Test("A difference does not go unnoticed: another answer, one too few, one too many, the end")
    func noticing() throws {
        let session = try Recordings.load("lite-python-notify")
        func verdict(_ change: (inout [[UInt8]]) -> Void, end: Bool = false) throws -> Verdict {
            var replay = ClientReplay(session)
            var frames = session.entries.compactMap { entry -> [UInt8]? in
                guard entry.sender == .server, case .message(let bytes) = entry.content else { return nil }
                return bytes
            }
            change(&frames)
            for frame in frames { replay.received(try #require(decode(frame)), on: 1) }
            if end { replay.ended(1) }
            return try #require(replay.verdicts.first)
        }
        #expect(try verdict { _ in }.differences.isEmpty)
        #expect(try verdict { $0.removeLast() }.differences.map(\.kind) == [.missing])
        #expect(try verdict { $0.append($0[0]) }.differences.map(\.kind) == [.unexpected])
        #expect(try verdict({ _ in }, end: true).differences.map(\.kind) == [.end])
        #expect(try verdict { $0.swapAt(2, 5) }.differences.map(\.kind) == [.differs, .differs])
    }

    @Test("Turns wait for what was recorded before them, and carry another token")
    func turns() throws {
        let session = try Recordings.load("lite-python-notify")
        var replay = ClientReplay(session) { _ in "0123456789ABCDEF" }
        #expect(replay.turns.map(\.awaited) == [0, 0, 1, 8, 8])
        guard case .send(let bytes) = replay.turns[1].step else {
            Issue.record("not CONNECT")
            return
        }
        #expect(try JSONValue(jsonBytes: #require(decode(bytes)).payload)["authToken"] == "0123456789ABCDEF")
        #expect(!replay.isReady(for: replay.turns[2]))
        replay.received(try #require(decode(bytes)), on: 1)
        #expect(replay.isReady(for: replay.turns[2]))
        replay.ended(1)
        #expect(replay.isReady(for: replay.turns[4]))
    }

    @Test("A client that the server left first closes after it")
    func end() throws {
        let session = try Recordings.load("classic-js-bad-token")
        var replay = ClientReplay(session)
        let last = try #require(replay.turns.last)
        #expect(last.step == .close)
        for entry in session.entries where entry.sender == .server {
            #expect(!replay.isReady(for: last))
            if case .message(let bytes) = entry.content { replay.received(try #require(decode(bytes)), on: 1) }
        }
        replay.ended(1)
        #expect(replay.isReady(for: last))
    }
}

/// The table of differences between the recordings and the simulated nucleus.
enum FidelityTable {
    static func text() throws -> String {
        var overview: [String] = []
        var lines: [String] = []
        var circumstances: [String] = []
        var total = 0
        for scenario in FidelityScenario.all {
            let verdicts = try FidelityRun.verdicts(of: scenario)
            let messages = verdicts.reduce(0) { $0 + $1.compared }
            total += messages
            var count = 0
            for verdict in verdicts {
                for difference in verdict.differences {
                    guard let reason = FidelityReason.of(difference, in: scenario.name, verdict) else { continue }
                    count += 1
                    let label = verdict.label ?? "connection \(verdict.connection)"
                    lines.append("| \(scenario.name) | \(label) | \(difference) | \(reason) |")
                }
            }
            overview.append("| \(scenario.name) | \(verdicts.count) | \(messages) | \(count) |")
            circumstances += scenario.stimuli.map { stimulus in
                let time = Int(stimulus.milliseconds)
                return "| \(scenario.name) | \(stimulus.connection) | \(time) ms | \(stimulus.action) |"
            }
        }
        return """
            # Fidelity

            How near the simulated nucleus comes to the real ones, recorded client by recorded client.

            ## Overview

            The clients' side of each recording is played to the simulated nucleus of its dialect, and the \(total)
            messages that the real nucleus sent are compared with what comes back: type, flags, stream, content type,
            shape and JSON, of errors the code and which members there are, and whether the connection ends. Ids, ARNs
            and times count only as such. How streams interleave, and how often a change of configuration is told, is
            left to chance by the real ones too.

            | recording | connections | messages | differences |
            | --- | --- | --- | --- |
            \(overview.joined(separator: "\n"))

            ## What differs, and why

            | recording | case | difference | reason |
            | --- | --- | --- | --- |
            \(lines.joined(separator: "\n"))

            ## What the simulated nucleus is told

            What happened to the real nucleus that no client did, and how its races ended, on the clock of a connection.
            Messages from the cloud come when the recording has them.

            | recording | connection | at | what |
            | --- | --- | --- | --- |
            \(circumstances.joined(separator: "\n"))

            A test makes this page and fails when it is out of date; `UPDATE_FIDELITY=1 swift test --filter
            FidelityTests` writes it anew.

            """
    }
}
