// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// Runs the proxy for its version: a C library, a libssl or a processor that does not fit shows then.
final actor ProgramTrial {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private var output: [UInt8] = []
    private var reader: PipeReader?
    private var child: ChildProcess?
    private static let limit = Duration.seconds(5)
    private static let outputLimit = 64 * 1024

    init(loop: EventLoop) {
        self.loop = loop
    }

    func run(_ path: String, environment: [String: String]) async -> CheckFinding {
        do throws(SystemError) {
            try start(path, LocalproxyCommand.allowed(environment))
        } catch {
            return CheckFinding(.error, "program", "\(path) cannot be run: \(error)", remedy: Self.remedy)
        }
        let deadline = Instant.now() + Self.limit
        while child?.status == nil, Instant.now() < deadline {
            try? await loop.sleep(for: .milliseconds(10))
        }
        reader?.drainAndClose()
        reader = nil
        let status = child?.status
        if status == nil { child?.send(signal: SignalSource.kill) }
        return Self.judge(String(decoding: output, as: UTF8.self), status)
    }

    private func start(_ path: String, _ environment: [String: String]) throws(SystemError) {
        let input = try Pipe.holding([])
        let pipe = try Pipe()
        var configuration = ChildConfiguration(
            executable: path,
            arguments: ["--version"],
            environment: environment.map { "\($0.key)=\($0.value)" }.sorted()
        )
        configuration.workingDirectory = "/"
        configuration.standardInput = input.number
        configuration.standardOutput = pipe.writeEnd.number
        configuration.standardError = pipe.writeEnd.number
        configuration.deathSignal = SignalSource.kill
        configuration.leadsProcessGroup = true
        configuration.gainsNoPrivileges = true
        child = try ChildProcess.start(configuration, loop: loop) { _ in }
        reader = try PipeReader(pipe.takeReadEnd(), loop: loop) { [weak self] event in
            let bytes: [UInt8] = if case .bytes(let bytes) = event { Array(bytes) } else { [] }
            self?.assumeIsolated { $0.take(bytes) }
        }
    }

    private func take(_ bytes: [UInt8]) {
        output += bytes.prefix(max(0, Self.outputLimit - output.count))
    }

    private static let remedy = "install a localproxy that is built for this system"

    /// What a program printed for `--version` and how it ended; nil when it did not.
    static func judge(_ output: String, _ status: ExitStatus?) -> CheckFinding {
        let lines = output.split(separator: "\n").map(String.init)
        let first = lines.first ?? "it printed nothing"
        guard let status else {
            return CheckFinding(.warning, "program", "it did not end within 5 s when asked for its version")
        }
        if status == .exited(0) { return CheckFinding(.ok, "program", "it runs: \(first)") }
        if let line = lines.first(where: { $0.mentions("GLIBC") }) {
            return CheckFinding(
                .error,
                "program",
                "this system's C library is too old for it: \(line)",
                remedy: "\(remedy); AWS's own needs glibc 2.35, else build it here"
            )
        }
        if let line = lines.first(where: { $0.mentions("shared librar") }) {
            return CheckFinding(
                .error,
                "program",
                "a library is missing: \(line)",
                remedy: "install the package that has it, or \(remedy)"
            )
        }
        return CheckFinding(.error, "program", "it ended by \(status): \(first)", remedy: remedy)
    }
}
