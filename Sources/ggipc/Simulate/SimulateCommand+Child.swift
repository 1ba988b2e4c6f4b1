// SPDX-License-Identifier: Apache-2.0

import EventReactor

extension SimulateCommand {
    /// Runs a command with this environment on top of our own; answers its exit code, or 128 and the signal's number.
    /// SIGTERM and SIGINT are passed on.
    static func run(_ command: [String], _ values: [String: String], on loop: EventLoop) async throws -> Int32 {
        guard let executable = path(of: command[0]) else {
            throw SimulateOptions.Failure(message: "\(command[0]): no such command")
        }
        var child = ChildConfiguration(executable: executable, arguments: Array(command.dropFirst()))
        let inherited = CurrentProcess.environment.filter { entry in
            guard let name = entry.split(separator: "=", maxSplits: 1).first else { return false }
            return values[String(name)] == nil
        }
        child.environment = inherited + values.map { "\($0.key)=\($0.value)" }
        child.standardInput = 0
        child.standardOutput = 1
        child.standardError = 2
        child.deathSignal = SignalSource.terminate
        let running = try RunningCommand(child, loop)
        switch await running.end() {
        case .exited(let code): return code
        case .signaled(let signal): return 128 + signal
        }
    }

    private static func path(of command: String) -> String? {
        if command.contains("/") { return Files.isExecutable(command) ? command : nil }
        let folders = CurrentProcess.environment("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
        return folders.split(separator: ":").map { "\($0)/\(command)" }.first(where: Files.isExecutable)
    }
}

/// A child, the signals passed on to it, and its end for one who waits for that.
private final class RunningCommand: @unchecked Sendable {
    // Safety: made and used on the loop's thread only, where the program's only task runs too.
    private var child: ChildProcess?
    private var signals: SignalSource?
    private var status: ExitStatus?
    private var waiting: CheckedContinuation<ExitStatus, Never>?

    init(_ configuration: ChildConfiguration, _ loop: EventLoop) throws {
        child = try ChildProcess.start(configuration, loop: loop) { [weak self] in self?.ended($0) }
        signals = try SignalSource([SignalSource.terminate, SignalSource.interrupt], loop: loop) { [weak self] in
            self?.child?.send(signal: $0)
        }
    }

    private func ended(_ status: ExitStatus) {
        self.status = status
        waiting?.resume(returning: status)
        waiting = nil
    }

    func end() async -> ExitStatus {
        let ended = await withCheckedContinuation { (continuation: CheckedContinuation<ExitStatus, Never>) in
            if let status { continuation.resume(returning: status) } else { waiting = continuation }
        }
        signals?.close()
        return ended
    }
}
