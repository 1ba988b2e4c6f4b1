// SPDX-License-Identifier: Apache-2.0

import EventReactor

/// A child process and its end, for one who waits for that.
final class RunningCommand: @unchecked Sendable {
    // Safety: made and used on the loop's thread only, where the program's only task runs too.
    private var child: ChildProcess?
    private var status: ExitStatus?
    private var waiting: CheckedContinuation<ExitStatus, Never>?
    private var limit: (timer: LoopTimer, loop: EventLoop)?
    /// Called at the end.
    var whenEnded: ((ExitStatus) -> Void)?

    /// Starts it, with this process's standard input and output.
    init(_ configuration: ChildConfiguration, _ loop: EventLoop) throws {
        var configuration = configuration
        configuration.standardInput = 0
        configuration.standardOutput = 1
        configuration.standardError = 2
        child = try ChildProcess.start(configuration, loop: loop) { [weak self] in self?.ended($0) }
    }

    var identifier: Int32 { child?.identifier ?? -1 }
    var hasEnded: Bool { status != nil }

    func send(signal: Int32) { child?.send(signal: signal) }

    /// Kills it when it runs longer.
    func limit(to time: Duration, _ loop: EventLoop) {
        guard status == nil else { return }
        let timer = LoopTimer { [weak self] in
            CurrentProcess.write("ggipc: a script took longer than \(time) and is killed\n", to: 2)
            self?.send(signal: SignalSource.kill)
        }
        limit = (timer, loop)
        loop.arm(timer, after: time)
    }

    private func ended(_ status: ExitStatus) {
        self.status = status
        if let limit { limit.loop.cancel(limit.timer) }
        limit = nil
        whenEnded?(status)
        whenEnded = nil
        waiting?.resume(returning: status)
        waiting = nil
    }

    /// Waits for the end. One may wait at a time.
    func end() async -> ExitStatus {
        await withCheckedContinuation { (continuation: CheckedContinuation<ExitStatus, Never>) in
            if let status { continuation.resume(returning: status) } else { waiting = continuation }
        }
    }
}

extension ExitStatus {
    /// As a shell gives it: 128 and the signal's number for one that a signal ended.
    var shellStatus: Int32 {
        switch self {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }
}

extension ChildConfiguration {
    /// A command as a shell would find it, with these variables on top of this process's own.
    ///
    /// - Parameter isComponent: whether variables of AWS in this process's environment are left out, as a device has
    ///   none but the nucleus's.
    init(
        command: [String],
        environment values: [String: String],
        isComponent: Bool = false
    ) throws(CommandFailure) {
        guard let name = command.first, let executable = Self.path(of: name) else {
            throw CommandFailure("\(command.first ?? ""): there is no such command")
        }
        self.init(executable: executable, arguments: Array(command.dropFirst()))
        let inherited = CurrentProcess.environment.filter { entry in
            guard let name = entry.split(separator: "=", maxSplits: 1).first else { return false }
            let isNucleus = name.hasPrefix("AWS_") || name.hasPrefix("GG") || name == ComponentEnvironment.tokenVariable
            return values[String(name)] == nil && !(isComponent && isNucleus)
        }
        environment = inherited + values.map { "\($0.key)=\($0.value)" }.sorted()
        deathSignal = SignalSource.terminate
    }

    static func path(of command: String) -> String? {
        if command.contains("/") { return Files.isExecutable(command) ? command : nil }
        let folders = CurrentProcess.environment("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
        return folders.split(separator: ":").map { "\($0)/\(command)" }.first(where: Files.isExecutable)
    }
}
