// SPDX-License-Identifier: Apache-2.0

import EventReactor
import EventStream
import GreengrassIPCTesting

// The client's side of a recording, for a server that is there.
extension ReplayCommand {
    func replayClient(on loop: EventLoop) async throws -> Int32 {
        let path = try socketPath ?? ComponentEnvironment.socketPath(orOption: "--socket PATH")
        let token = CurrentProcess.environment(ComponentEnvironment.tokenVariable) ?? ""
        let accepted = token.isEmpty ? [] : Self.acceptedTokens(session)
        let replay = ClientReplay(session) { accepted.contains($0) ? token : nil }
        let player = ClientPlayer(replay, path: path, isPaced: isPaced, loop: loop)
        let verdicts = try await player.play(timeout: timeout ?? .seconds(60))
        let departures = verdicts.filter { !$0.differences.isEmpty }
        for verdict in departures {
            CurrentProcess.write("\(Self.title(verdict))\n", to: 2)
            for difference in verdict.differences { CurrentProcess.write("  \(difference)\n", to: 2) }
        }
        let messages = verdicts.reduce(0) { $0 + $1.compared }
        guard departures.isEmpty else {
            CurrentProcess.write(
                "ggipc: the server departs from the recording on \(departures.count) of \(verdicts.count) connections\n",
                to: 2
            )
            return 1
        }
        CurrentProcess.write("ggipc: \(messages) messages on \(verdicts.count) connections as recorded\n", to: 2)
        return 0
    }

    private static func title(_ verdict: Verdict) -> String {
        "connection \(verdict.connection)" + (verdict.label.map { " (\($0))" } ?? "")
    }

    /// The tokens that were good when the session was recorded: a bad one is to stay bad.
    static func acceptedTokens(_ session: RecordedSession) -> Set<String> {
        var tokens: Set<String> = []
        for number in session.connections {
            let first = session.entries(of: number).first { $0.sender == .server }
            guard let token = session.token(of: number), case .message(let bytes)? = first?.content else { continue }
            var decoder = MessageDecoder()
            decoder.append(bytes)
            guard let message = try? decoder.next(), case .int32(let flags)? = message.headers[":message-flags"],
                flags & 1 == 1
            else { continue }
            tokens.insert(token)
        }
        return tokens
    }
}
