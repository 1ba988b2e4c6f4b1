// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPCTesting

/// Keeps a component's process running as its nucleus would.
final class Supervisor: @unchecked Sendable {
    // Safety: made and used on the loop's thread only, where the program's only task runs too.
    private let program: ComponentProgram
    private let scripts: ScriptRunner
    private let dialect: Dialect
    private let relaunches: Bool
    private let loop: EventLoop
    private var policy: RelaunchPolicy
    private var child: RunningCommand?
    private var shutdown = Shutdown.over
    private var request: Request?
    private var whenRequested: CheckedContinuation<Void, Never>?
    private lazy var killing = LoopTimer { [weak self] in self?.child?.send(signal: SignalSource.kill) }
    /// Told of every change of the component's state.
    var report: (SimulatedComponent.State) async -> Void = { _ in }

    enum Request: Sendable { case stop, restart }

    /// The shutdown script of the component as it runs now.
    private enum Shutdown {
        case ahead
        case running(RunningCommand)
        case over
    }

    /// - Parameter relaunches: whether it is started again after an error.
    init(_ program: ComponentProgram, _ scripts: ScriptRunner, dialect: Dialect, relaunches: Bool, loop: EventLoop) {
        self.program = program
        self.scripts = scripts
        self.dialect = dialect
        self.relaunches = relaunches
        self.loop = loop
        policy = RelaunchPolicy(dialect)
    }

    /// Runs it until it has done its work, is broken or was stopped. Answers the exit status, as a shell gives it.
    func run() async throws -> Int32 {
        for step in program.ignored { Self.tell("has a \(step) script, which Nucleus Lite does not run") }
        if let install = program.install {
            let status = try await start(install)
            if request == .stop { return status.shellStatus }
            guard status == .exited(0) else {
                await report(.broken)
                Self.tell("the install script ended with \(status): BROKEN")
                return status.shellStatus
            }
        }
        guard let run = program.run else { return 0 }
        let origin = Instant.now()
        var status = ExitStatus.exited(0)
        while request != .stop {
            shutdown = .ahead
            await report(.running)
            status = try await start(run)
            if program.runsOn, status == .exited(0), request == nil { await requested() }
            guard case .again(let delay) = try await next(after: status, Instant.now() - origin) else { break }
            if let delay { try await loop.sleep(for: delay) }
        }
        return status.shellStatus
    }

    private enum Next {
        case end
        case again(after: Duration?)
    }

    /// What the nucleus does once a process has ended.
    private func next(after status: ExitStatus, _ now: Duration) async throws -> Next {
        if let wanted = request {
            await finishShutdown()
            if wanted == .stop {
                await report(.finished)
                return .end
            }
            request = nil
            Self.tell("restarted, as asked for")
            return .again(after: nil)
        }
        switch relaunches ? policy.ended(status, now: now) : .finished {
        case .finished:
            await finishShutdown()
            await report(.finished)
            return .end
        case .broken:
            await report(.broken)
            Self.tell("ended with \(status) for the third time within an hour: \(Self.brokenText(dialect))")
            return .end
        case .relaunch(let delay):
            await report(.errored)
            if let recover = program.recover { _ = try await start(recover) }
            await finishShutdown()
            if request == .stop { return .end }
            Self.tell("ended with \(status); started again in \(delay), as the \(dialect) nucleus does")
            return .again(after: delay)
        }
    }

    private static func brokenText(_ dialect: Dialect) -> String {
        switch dialect {
        case .classic: "BROKEN until the next deployment"
        case .lite: "systemd starts it no more"
        }
    }

    private static func tell(_ text: String) { CurrentProcess.write("ggipc: the component \(text)\n", to: 2) }

    private func start(_ launch: ComponentProgram.Launch) async throws -> ExitStatus {
        let child = try scripts.start(launch)
        self.child = child
        let status = await child.end()
        self.child = nil
        loop.cancel(killing)
        return status
    }

    /// For a component without a process.
    private func requested() async {
        await withCheckedContinuation { continuation in
            if request != nil { continuation.resume() } else { whenRequested = continuation }
        }
    }
}

// MARK: - The end

extension Supervisor {
    /// Ends the process as the nucleus does: the shutdown script, then SIGTERM, and SIGKILL to what is left some time
    /// later. A second call kills.
    func end(_ request: Request) {
        let isSecond = self.request == .stop && request == .stop
        if self.request != .stop { self.request = request }
        whenRequested?.resume()
        whenRequested = nil
        guard !isSecond else {
            if case .running(let script) = shutdown { script.send(signal: SignalSource.kill) }
            child?.send(signal: SignalSource.kill)
            return
        }
        guard child != nil else { return }
        beginShutdown()
        if case .over = shutdown { terminate() }
    }

    private func terminate() {
        guard let child else { return }
        child.send(signal: SignalSource.terminate)
        if !killing.isArmed { loop.arm(killing, after: dialect.stopTimeout) }
    }

    private func beginShutdown() {
        guard case .ahead = shutdown else { return }
        shutdown = .over
        guard let script = program.shutdown else { return }
        do {
            let running = try scripts.start(script)
            shutdown = .running(running)
            running.whenEnded = { [weak self] status in self?.shutdownEnded(status) }
        } catch {
            Self.tell("has a shutdown script that cannot be run: \(error)")
        }
    }

    private func shutdownEnded(_ status: ExitStatus) {
        shutdown = .over
        if status != .exited(0) { Self.tell("has a shutdown script that ended with \(status)") }
        terminate()
    }

    /// The script runs at each end, also where the process has ended by itself.
    private func finishShutdown() async {
        beginShutdown()
        if case .running(let script) = shutdown { _ = await script.end() }
    }
}
