// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// One tunnel with its proxy: the side effects of `TunnelMachine`. On the loop's thread only.
final class RunningTunnel: @unchecked Sendable {
    // Safety: made by the supervisor on the loop's thread, and touched there only.
    let digest: [UInt8]
    let id: TunnelID
    private let plan: TunnelPlan
    private let configuration: AgentConfiguration
    private let surroundings: Surroundings
    private let clientToken = ClientToken.random()
    private let loop: EventLoop
    private let reporter: Reporter
    private let whenChanged: (RunningTunnel) -> Void

    private var machine: TunnelMachine
    private var resolution: EndpointResolution?
    private var child: ChildProcess?
    private var output: PipeReader?
    private var splitter: LineSplitter
    private var budget = OutputBudget()
    private lazy var deadline = LoopTimer { [unowned self] in step { $0.deadlinePassed(now: .now()) } }
    private lazy var pause = LoopTimer { [unowned self] in output?.setReading(true) }

    /// - Parameter whenChanged: called after each step; when the state is `ended` the tunnel can be forgotten.
    init(
        _ plan: TunnelPlan,
        digest: [UInt8],
        configuration: AgentConfiguration,
        surroundings: Surroundings,
        loop: EventLoop,
        reporter: Reporter,
        whenChanged: @escaping (RunningTunnel) -> Void
    ) {
        self.digest = digest
        self.plan = plan
        self.configuration = configuration
        self.surroundings = surroundings
        self.loop = loop
        self.reporter = reporter
        self.whenChanged = whenChanged
        id = TunnelID(digest: digest)
        splitter = LineSplitter(accessToken: plan.accessToken, clientToken: clientToken)
        var settings = TunnelMachine.Settings()
        settings.connectTimeout = configuration.connectTimeout
        settings.lifetime = configuration.tunnelTimeout
        settings.idleTimeout = configuration.idleTimeout
        machine = TunnelMachine(mappings: plan.mappings, settings: settings)
    }

    var state: TunnelMachine.State { machine.state }
    var trouble: EndReason? { machine.trouble }

    func start() {
        step { $0.start(now: .now()) }
    }

    func stop(_ reason: EndReason) {
        step { $0.stop(reason, now: .now()) }
    }

    private func step(_ input: (inout TunnelMachine) -> [TunnelAction]) {
        for action in input(&machine) { perform(action) }
        if resolution != nil, machine.isLaunchUnwanted {
            resolution?.cancel()
            failed(.temporary("given up"))
        }
        whenChanged(self)
    }

    /// The one place where a tunnel's transitions have effects.
    private func perform(_ action: TunnelAction) {
        switch action {
        case .spawn: launch()
        case .signal(.terminate): child?.send(signal: SignalSource.terminate)
        case .signal(.kill): child?.send(signal: SignalSource.kill)
        case .setDeadline(let instant):
            if let instant { loop.arm(deadline, at: instant) } else { loop.cancel(deadline) }
        case .report(let report): reporter.report(LogLine(report, tunnel: id, services: plan.services))
        case .done: closeOutput()
        }
    }

    // MARK: - The proxy

    /// Looks the services' names up, then spawns.
    private func launch() {
        resolution = EndpointResolution(plan.mappings, policy: configuration.network, loop: loop) {
            [weak self] result in
            guard let self else { return }
            resolution = nil
            do throws(SpawnFailure) {
                let process = try spawn(plan.leading(to: try result.get()))
                step { $0.spawned(processID: process, now: .now()) }
            } catch {
                failed(error)
            }
        }
        resolution?.start()
    }

    private func failed(_ failure: SpawnFailure) {
        resolution = nil
        step { $0.spawnFailed(failure, now: .now()) }
    }

    private func spawn(_ plan: TunnelPlan) throws(SpawnFailure) -> Int32 {
        closeOutput()
        let program = try surroundings.localproxy(configuration)
        let command = LocalproxyCommand(
            executable: program.path,
            plan: plan,
            configuration: configuration,
            clientToken: clientToken,
            environment: surroundings.environment,
            caIsDirectory: Files.kind(configuration.caPath) == .directory
        )
        do throws(SystemError) {
            // An agent that ends removes it, and another may run in the same working directory.
            try Files.makeDirectory(surroundings.proxyDirectory)
            let input = try Pipe.holding(command.standardInput)
            let pipe = try Pipe()
            var child = ChildConfiguration(
                executable: command.executable,
                arguments: command.arguments,
                environment: command.environment.map { "\($0.key)=\($0.value)" }.sorted()
            )
            child.executableDescriptor = program.descriptor
            child.workingDirectory = surroundings.proxyDirectory
            child.standardInput = input.number
            child.standardOutput = pipe.writeEnd.number
            child.standardError = pipe.writeEnd.number
            child.deathSignal = SignalSource.kill
            child.leadsProcessGroup = true
            child.gainsNoPrivileges = true
            child.fileModeMask = 0o077
            let process = try ChildProcess.start(child, loop: loop) { [weak self] in self?.exited($0) }
            do throws(SystemError) {
                output = try PipeReader(pipe.takeReadEnd(), loop: loop) { [weak self] in self?.received($0) }
            } catch {
                // A proxy that nobody listens to must not live on beside the next one.
                process.send(signal: SignalSource.kill)
                throw error
            }
            self.child = process
            return process.identifier
        } catch {
            throw SpawnFailure(error)
        }
    }

    private func exited(_ status: ExitStatus) {
        // What it said last may tell why, so a pause for its flood is over.
        loop.cancel(pause)
        output?.setReading(true)
        step { $0.exited(status, now: .now()) }
    }

    private func received(_ event: PipeReader.Event) {
        switch event {
        case .bytes(let bytes):
            for line in splitter.feed(bytes) { handle(line) }
            if let output, let wait = budget.spend(bytes.count, now: .now()) {
                // A proxy that floods waits for its pipe; it cannot keep this thread busy.
                output.setReading(false)
                loop.arm(pause, after: wait)
            }
        case .ended:
            if let line = splitter.finish() { handle(line) }
            step { $0.outputClosed(now: .now()) }
        }
    }

    private func handle(_ text: String) {
        let line = LocalproxyLine(text)
        reporter.report(
            LogLine(.debug, .connecting, tunnel: id, services: plan.services, reason: "output", text: text)
        )
        step { $0.received(line, now: .now()) }
    }

    private func closeOutput() {
        loop.cancel(pause)
        output?.close()
        output = nil
        _ = splitter.finish()
    }
}

extension SpawnFailure {
    init(_ error: SystemError) {
        let text = "localproxy could not be launched: \(error)"
        switch (error.call, error.number) {
        case ("execve", SystemError.noSuchFile): self = .notFound(text)
        case ("execve", SystemError.permissionDenied), ("execve", SystemError.notExecutable):
            self = .notExecutable(text)
        default: self = .temporary(text)
        }
    }
}
