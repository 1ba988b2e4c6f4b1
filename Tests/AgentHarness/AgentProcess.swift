// SPDX-License-Identifier: Apache-2.0

package import EventReactor

/// A component's process as a nucleus starts it: environment, working directory, its output collected line by line.
package final actor AgentProcess {
    package nonisolated let loop: EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// All lines so far, of standard output and error in the order they came.
    package private(set) var records: [LogRecord] = []
    package private(set) var status: ExitStatus?
    private var child: ChildProcess?
    private var output: PipeReader?
    private var partial: [UInt8] = []
    private var cursor = 0
    private var waiters: [Waiter] = []
    private var lastWaiter = 0
    private let echo: (@Sendable (LogRecord) -> Void)?

    private struct Waiter {
        let id: Int
        let matches: (LogRecord) -> Bool
        let continuation: CheckedContinuation<LogRecord?, Never>
        let timer: LoopTimer
    }

    /// What was waited for did not come.
    package struct NotSeen: Error, CustomStringConvertible {
        package let description: String
    }

    private init(loop: EventLoop, echo: (@Sendable (LogRecord) -> Void)?) {
        self.loop = loop
        self.echo = echo
    }

    /// - Parameter echo: gets each line as it comes.
    package static func launch(
        _ executable: String,
        arguments: [String] = [],
        environment: [String: String],
        workingDirectory: String,
        loop: EventLoop,
        echo: (@Sendable (LogRecord) -> Void)? = nil
    ) async throws -> AgentProcess {
        let process = AgentProcess(loop: loop, echo: echo)
        try await process.start(executable, arguments, environment, workingDirectory)
        return process
    }

    private func start(
        _ executable: String,
        _ arguments: [String],
        _ environment: [String: String],
        _ workingDirectory: String
    ) throws {
        let pipe = try Pipe()
        var configuration = ChildConfiguration(
            executable: executable,
            arguments: arguments,
            environment: environment.map { "\($0.key)=\($0.value)" }.sorted()
        )
        configuration.workingDirectory = workingDirectory
        configuration.standardOutput = pipe.writeEnd.number
        configuration.standardError = pipe.writeEnd.number
        configuration.deathSignal = SignalSource.kill
        child = try ChildProcess.start(configuration, loop: loop) { [weak self] status in
            self?.assumeIsolated { $0.ended(status) }
        }
        output = try PipeReader(pipe.takeReadEnd(), loop: loop) { [weak self] event in
            let bytes: [UInt8]? = if case .bytes(let bytes) = event { Array(bytes) } else { nil }
            self?.assumeIsolated { $0.received(bytes) }
        }
    }

    package var identifier: Int32 { child?.identifier ?? -1 }

    package func send(signal: Int32) {
        child?.send(signal: signal)
    }

    // MARK: - Lines

    /// Nil is the end of the output.
    private func received(_ bytes: [UInt8]?) {
        guard let bytes else { return takeLine() }
        for byte in bytes {
            if byte == UInt8(ascii: "\n") { takeLine() } else { partial.append(byte) }
        }
    }

    private func takeLine() {
        guard !partial.isEmpty else { return }
        let record = LogRecord(String(decoding: partial, as: UTF8.self))
        partial = []
        records.append(record)
        echo?(record)
        while let waiter = waiters.first, let found = search(waiter.matches) { resume(waiter.id, found) }
    }

    private func search(_ matches: (LogRecord) -> Bool) -> LogRecord? {
        while cursor < records.count {
            cursor += 1
            if matches(records[cursor - 1]) { return records[cursor - 1] }
        }
        return nil
    }

    /// The next line, after the last one that was waited for, that is about this event and whatever else is asked.
    @discardableResult
    package func wait(
        for event: String,
        reason: String? = nil,
        tunnel: String? = nil,
        timeout: Duration = .seconds(15)
    ) async throws -> LogRecord {
        let record = await next(timeout) { record in
            record.event == event && (reason == nil || record.reason == reason)
                && (tunnel == nil || record.tunnel == tunnel)
        }
        if let record { return record }
        let wanted = [event, reason, tunnel].compactMap { $0 }.joined(separator: " ")
        let seen = records.map(\.line).joined(separator: "\n")
        throw NotSeen(description: "no line '\(wanted)' within \(timeout); the log so far:\n\(seen)")
    }

    /// Lines are searched from the beginning again.
    package func rewind() {
        cursor = 0
    }

    /// Whether a line of this kind has come, anywhere in the log.
    package func has(_ event: String, reason: String? = nil) -> Bool {
        records.contains { $0.event == event && (reason == nil || $0.reason == reason) }
    }

    private func next(_ timeout: Duration, _ matches: @escaping (LogRecord) -> Bool) async -> LogRecord? {
        lastWaiter += 1
        let id = lastWaiter
        return await withCheckedContinuation { continuation in
            if let found = search(matches) { return continuation.resume(returning: found) }
            if status != nil { return continuation.resume(returning: nil) }
            let timer = LoopTimer { [weak self] in self?.assumeIsolated { $0.resume(id, nil) } }
            waiters.append(Waiter(id: id, matches: matches, continuation: continuation, timer: timer))
            loop.arm(timer, after: timeout)
        }
    }

    private func resume(_ id: Int, _ record: LogRecord?) {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return }
        let waiter = waiters.remove(at: index)
        loop.cancel(waiter.timer)
        waiter.continuation.resume(returning: record)
    }

    // MARK: - The end

    private var exitWaiters: [CheckedContinuation<ExitStatus, Never>] = []

    private func ended(_ status: ExitStatus) {
        self.status = status
        output?.drainAndClose()
        output = nil
        takeLine()
        for waiter in Array(waiters) { resume(waiter.id, nil) }
        for waiter in exitWaiters { waiter.resume(returning: status) }
        exitWaiters = []
    }

    package func waitForExit() async -> ExitStatus {
        await withCheckedContinuation { continuation in
            // Looked at here and not before: the await itself may give way, and the process end meanwhile.
            if let status { continuation.resume(returning: status) } else { exitWaiters.append(continuation) }
        }
    }

    /// Ends the process if it still runs.
    @discardableResult
    package func stop(signal: Int32 = SignalSource.terminate) async -> ExitStatus {
        send(signal: signal)
        return await waitForExit()
    }
}
