// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPCTesting

// The server's side of a recording, for a command or for whoever connects.
extension ReplayCommand {
    /// What the nucleus may still find in its sockets when the command has ended.
    private static let grace = Duration.milliseconds(500)

    func replayServer(on loop: EventLoop) async throws -> Int32 {
        let nucleus = try await RecordedNucleus.start(session, socketPath: socketPath, on: loop)
        let signals = try StopSignals(loop)
        defer { signals.close() }
        let result: Result<Int32, any Error>
        do {
            result = .success(try await play(nucleus, signals, loop))
        } catch {
            result = .failure(error)
        }
        await nucleus.stop()
        do {
            return try result.get()
        } catch let departure as ReplayDeparture {
            CurrentProcess.write("ggipc: the client departs from the recording\n\(departure)\n", to: 2)
        } catch let error as NucleusSimulatorError {
            CurrentProcess.write("ggipc: \(error.message)\n", to: 2)
        }
        return 1
    }

    private func play(_ nucleus: RecordedNucleus, _ signals: StopSignals, _ loop: EventLoop) async throws -> Int32 {
        let environment = environment(nucleus.socketPath)
        guard !command.isEmpty else {
            CurrentProcess.write(ComponentEnvironment.exports(environment), to: 1)
            signals.action = { _ in nucleus.assumeIsolated { $0.giveUp("stopped before the session was played") } }
            try await nucleus.waitUntilPlayed(timeout: timeout ?? .seconds(1 << 31))
            return 0
        }
        let child = try RunningCommand(ChildConfiguration(command: command, environment: environment), loop)
        signals.action = { child.send(signal: $0) }
        var ended: ExitStatus?
        let givingUp = LoopTimer {
            let status = ended.map { "\($0)" } ?? ""
            nucleus.assumeIsolated {
                $0.giveUp("the command ended (\(status)) before the session was played to its end")
            }
        }
        child.whenEnded = { status in
            ended = status
            loop.arm(givingUp, after: Self.grace)
        }
        let result: Result<Void, any Error>
        do {
            result = .success(try await nucleus.waitUntilPlayed(timeout: timeout ?? .seconds(10)))
        } catch {
            result = .failure(error)
        }
        loop.cancel(givingUp)
        let status = await stop(child, loop)
        try result.get()
        return status
    }

    /// Gives the command time to end by itself, then ends it. Answers its exit code, or 0 where it had to be ended.
    private func stop(_ child: RunningCommand, _ loop: EventLoop) async -> Int32 {
        var wasStopped = false
        let killing = LoopTimer { child.send(signal: SignalSource.kill) }
        let stopping = LoopTimer {
            wasStopped = true
            child.send(signal: SignalSource.terminate)
            loop.arm(killing, after: .seconds(5))
        }
        loop.arm(stopping, after: .seconds(2))
        let status = await child.end().shellStatus
        loop.cancel(stopping)
        loop.cancel(killing)
        return wasStopped ? 0 : status
    }

    private func environment(_ socketPath: String) -> [String: String] {
        var values = [
            ComponentEnvironment.socketVariable: socketPath,
            ComponentEnvironment.nucleusSocketVariable: socketPath,
        ]
        let token = session.connections.lazy.compactMap { session.token(of: $0) }.first
        if let token { values[ComponentEnvironment.tokenVariable] = token }
        return values
    }
}
