// SPDX-License-Identifier: Apache-2.0

import CommandArguments
import EventReactor
import GreengrassIPCTesting

/// `ggipc replay`.
struct ReplayCommand {
    let session: RecordedSession
    let socketPath: String?
    /// `nil` for as long as it takes.
    let timeout: Duration?
    let command: [String]
    /// As client: whether nothing is done earlier than in the recording.
    let isPaced: Bool
    private let side: RecordedSession.Sender

    init(_ arguments: ParsedArguments) throws {
        guard let input = arguments["--input"] else { throw UsageError("--input FILE is missing") }
        guard let side = RecordedSession.Sender(rawValue: arguments["--as"] ?? "server") else {
            throw UsageError("--as takes server or client, not '\(arguments["--as"] ?? "")'")
        }
        self.side = side
        socketPath = arguments["--socket"]
        command = arguments.command
        isPaced = arguments.has("--paced")
        if side == .client, !command.isEmpty { throw UsageError("a command goes with --as server") }
        timeout = try arguments.number("--timeout", in: 1...86400).map { .seconds($0) }
        let bytes = try Files.read(input, limit: 1 << 30)
        do throws(RecordingError) {
            session = try RecordedSession(ndjson: bytes)
        } catch {
            throw CommandFailure("\(input): \(error)")
        }
        guard !session.entries.isEmpty else { throw CommandFailure("\(input): there is nothing in this recording") }
    }

    func run() throws -> Int32 {
        try EventLoop.run { [self] loop in
            switch side {
            case .server: try await replayServer(on: loop)
            case .client: try await replayClient(on: loop)
            }
        }
    }
}
