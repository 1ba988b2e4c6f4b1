// SPDX-License-Identifier: Apache-2.0

import EventReactor

/// The real binary as a child process, with its output collected.
actor RunningTool {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private var child: ChildProcess?
    private var readers: [PipeReader] = []
    private(set) var output: [UInt8] = []
    private(set) var errors: [UInt8] = []
    private var openPipes = 2
    private var status: EventReactor.ExitStatus?
    private var waiters: [Waiter] = []

    private struct Waiter {
        var isDone: (borrowing RunningTool) -> Bool
        var continuation: CheckedContinuation<Void, Never>
    }

    var outputText: String { String(decoding: output, as: UTF8.self) }
    var errorText: String { String(decoding: errors, as: UTF8.self) }
    var identifier: Int32 { child?.identifier ?? -1 }

    private init(_ loop: EventLoop) { self.loop = loop }

    /// - Parameters:
    ///   - input: standard input, at most 64 KiB; none is /dev/null.
    ///   - environment: on top of PATH; the tests' own is not inherited.
    static func start(
        _ arguments: [String],
        program: String = Tool.path,
        input: [UInt8]? = nil,
        environment: [String: String] = [:],
        directory: String? = nil,
        on loop: EventLoop
    ) async throws -> RunningTool {
        let tool = RunningTool(loop)
        var configuration = ChildConfiguration(executable: program, arguments: arguments)
        var variables = environment
        for name in ["PATH", "HOME", "TMPDIR", "TSAN_OPTIONS", "ASAN_OPTIONS", "LSAN_OPTIONS"]
        where variables[name] == nil {
            variables[name] = CurrentProcess.environment(name)
        }
        configuration.environment = variables.map { "\($0.key)=\($0.value)" }.sorted()
        configuration.workingDirectory = directory
        configuration.deathSignal = SignalSource.kill
        try await tool.start(configuration, input)
        return tool
    }

    private func start(_ configuration: ChildConfiguration, _ input: [UInt8]?) throws {
        var configuration = configuration
        let output = try Pipe()
        let errors = try Pipe()
        configuration.standardOutput = output.writeEnd.number
        configuration.standardError = errors.writeEnd.number
        let inputEnd = if let input { try Pipe.holding(input) } else { FileDescriptor.none }
        if input != nil { configuration.standardInput = inputEnd.number }
        child = try ChildProcess.start(configuration, loop: loop) { [weak self] status in
            self?.assumeIsolated { $0.ended(status) }
        }
        let outputReader = try PipeReader(output.takeReadEnd(), loop: loop) { [weak self] event in
            let bytes = Self.bytes(event)
            self?.assumeIsolated { $0.read(bytes, isError: false) }
        }
        let errorReader = try PipeReader(errors.takeReadEnd(), loop: loop) { [weak self] event in
            let bytes = Self.bytes(event)
            self?.assumeIsolated { $0.read(bytes, isError: true) }
        }
        readers = [outputReader, errorReader]
    }

    private static func bytes(_ event: PipeReader.Event) -> [UInt8]? {
        if case .bytes(let bytes) = event { Array(bytes) } else { nil }
    }

    private func read(_ bytes: [UInt8]?, isError: Bool) {
        if let bytes {
            if isError { errors += bytes } else { output += bytes }
        } else {
            openPipes -= 1
        }
        check()
    }

    private func ended(_ status: EventReactor.ExitStatus) {
        self.status = status
        check()
    }

    private func check() {
        let done = waiters.filter { $0.isDone(self) }
        waiters.removeAll { $0.isDone(self) }
        for waiter in done { waiter.continuation.resume() }
    }

    private func wait(_ isDone: @escaping (borrowing RunningTool) -> Bool) async {
        await withCheckedContinuation { continuation in
            if isDone(self) {
                continuation.resume()
            } else {
                waiters.append(Waiter(isDone: isDone, continuation: continuation))
            }
        }
    }

    func send(signal: Int32) { child?.send(signal: signal) }

    /// Waits until standard output holds a text, or the program has ended.
    func waitForOutput(_ text: String) async {
        await wait { $0.assumeIsolated { $0.outputText.contains(text) || $0.hasEnded } }
    }

    /// Waits until standard error holds a text, or the program has ended.
    func waitForErrors(_ text: String) async {
        await wait { $0.assumeIsolated { $0.errorText.contains(text) || $0.hasEnded } }
    }

    private var hasEnded: Bool { status != nil && openPipes == 0 }

    /// Waits for the exit and the end of both outputs.
    func end() async -> ToolResult {
        await wait { $0.assumeIsolated { $0.hasEnded } }
        return ToolResult(status: status ?? .exited(-1), output: output, errors: errorText)
    }

    func stop() async -> ToolResult {
        send(signal: SignalSource.terminate)
        return await end()
    }
}

/// How a run of the binary went.
struct ToolResult: Sendable {
    var status: EventReactor.ExitStatus
    var output: [UInt8]
    var errors: String

    var text: String { String(decoding: output, as: UTF8.self) }
    var lines: [String] { text.split(separator: "\n").map(String.init) }
}

/// The real binary, beside the tests.
enum Tool {
    static let path: String = {
        let path = CurrentProcess.executablePath ?? ""
        return path[..<(path.lastIndex(of: "/") ?? path.startIndex)] + "/ggipc"
    }()

    /// Runs it to its end.
    static func run(
        _ arguments: String...,
        input: [UInt8]? = nil,
        environment: [String: String] = [:]
    ) async throws -> ToolResult {
        try await EventLoop.with { loop in
            try await RunningTool.start(arguments, input: input, environment: environment, on: loop).end()
        }
    }
}
