// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPCTesting

/// Keeps a component's process running as its nucleus would.
final class Supervisor: @unchecked Sendable {
    // Safety: made and used on the loop's thread only, where the program's only task runs too.
    private let program: ComponentProgram
    private let environment: [String: String]
    private let directory: String
    private let dialect: Dialect
    private let relaunches: Bool
    private let loop: EventLoop
    private var policy: RelaunchPolicy
    private var child: RunningCommand?
    private var request: Request?
    private lazy var killing = LoopTimer { [weak self] in self?.child?.send(signal: SignalSource.kill) }
    /// Told of every change of the component's state.
    var report: (SimulatedComponent.State) async -> Void = { _ in }

    enum Request: Sendable { case stop, restart }

    /// - Parameter relaunches: whether it is started again after an error.
    init(
        _ program: ComponentProgram,
        environment: [String: String],
        directory: String,
        dialect: Dialect,
        relaunches: Bool,
        loop: EventLoop
    ) {
        self.program = program
        self.environment = environment
        self.directory = directory
        self.dialect = dialect
        self.relaunches = relaunches
        self.loop = loop
        policy = RelaunchPolicy(dialect)
    }

    /// Ends the process as the nucleus does: SIGTERM, and SIGKILL to what is left some time later. A second call kills.
    func end(_ request: Request) {
        let isSecond = self.request == .stop && request == .stop
        if self.request != .stop { self.request = request }
        child?.send(signal: isSecond ? SignalSource.kill : SignalSource.terminate)
        if !killing.isArmed { loop.arm(killing, after: dialect.stopTimeout) }
    }

    /// Runs it until it has done its work, is broken or was stopped. Answers the exit status, as a shell gives it.
    func run() async throws -> Int32 {
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
        while true {
            await report(.running)
            let status = try await start(run)
            let wanted = request
            if wanted == .restart {
                request = nil
                Self.tell("restarted, as asked for")
                continue
            }
            if wanted == .stop {
                await report(.finished)
                return status.shellStatus
            }
            switch relaunches ? policy.ended(status, now: Instant.now() - origin) : .finished {
            case .finished:
                await report(.finished)
                return status.shellStatus
            case .broken:
                await report(.broken)
                Self.tell("ended with \(status) for the third time within an hour: \(Self.brokenText(dialect))")
                return status.shellStatus
            case .relaunch(let delay):
                await report(.errored)
                Self.tell("ended with \(status); started again in \(delay), as the \(dialect) nucleus does")
                try await loop.sleep(for: delay)
                if request == .stop { return status.shellStatus }
            }
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
        var configuration = try ChildConfiguration(
            command: launch.command,
            environment: environment.merging(launch.environment) { $1 },
            isComponent: true
        )
        configuration.workingDirectory = directory
        // One that is used by hand stays in the terminal's foreground.
        configuration.leadsProcessGroup = !CurrentProcess.isTerminal(0)
        let child = try RunningCommand(configuration, loop)
        self.child = child
        let status = await child.end()
        self.child = nil
        loop.cancel(killing)
        return status
    }
}
