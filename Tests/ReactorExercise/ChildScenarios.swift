// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Glibc

enum ChildScenarios {
    /// Runs a shell command to its end.
    static func run(_ command: String, loop: EventLoop) async throws -> ExitStatus {
        let configuration = ChildConfiguration(executable: "/bin/sh", arguments: ["-c", command])
        return try await withCheckedThrowingContinuation { continuation in
            do {
                _ = try ChildProcess.start(configuration, loop: loop) { continuation.resume(returning: $0) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// A thousand, many of them ending at once: each is told of, with its own status, and nothing is left.
    static func manyChildren(loop: EventLoop) async throws {
        let before = openDescriptors()
        let ended = Lock<[Int: ExitStatus]>([:])
        for number in 0..<1000 {
            let configuration = ChildConfiguration(
                executable: "/bin/sh",
                arguments: ["-c", number % 10 == 9 ? "kill -9 $$" : "exit \(number % 10)"]
            )
            _ = try ChildProcess.start(configuration, loop: loop) { status in
                ended.withLock { ended in
                    if ended[number] != nil { ended[number] = .exited(254) } else { ended[number] = status }
                }
            }
        }
        while ended.withLock({ $0.count }) < 1000 { try await loop.sleep(for: .milliseconds(1)) }
        for (number, status) in ended.withLock({ $0 }) {
            let expected = number % 10 == 9 ? ExitStatus.signaled(SIGKILL) : .exited(Int32(number % 10))
            try expect(status == expected, "child \(number): \(status)")
        }
        try expect(loop.children.count == 0, "\(loop.children.count) children left")
        try expect(waitpid(-1, nil, WNOHANG) == -1 && errno == ECHILD, "a zombie is left")
        try expect(openDescriptors() == before, "descriptors \(openDescriptors()), before \(before)")
        // What this process did not start through the loop stays somebody else's to wait for.
        let stranger = spawnStranger()
        let last = try await run("exit 3", loop: loop)
        try expect(last == .exited(3), "last: \(last)")
        try expect(waitpid(stranger, nil, 0) == stranger, "the stranger was reaped")
    }

    private static func spawnStranger() -> pid_t {
        var identifier: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/true"), nil]
        posix_spawn(&identifier, "/bin/true", nil, nil, &arguments, nil)
        free(arguments[0])
        return identifier
    }

    /// Signals that the parent ignores or blocks reach the child.
    static func ignoredSignals(loop: EventLoop) async throws {
        for signal in [SIGTERM, SIGINT, SIGPIPE, SIGUSR1] {
            var ignoring = sigaction()
            ignoring.__sigaction_handler.sa_handler = SIG_IGN
            sigaction(signal, &ignoring, nil)
            let status = try await run("kill -\(signal) $$; exit 3", loop: loop)
            try expect(status == .signaled(signal), "signal \(signal): \(status)")
        }
    }

    /// The child's input is the parent's 1 and its output the parent's 0.
    static func crossedDescriptors(loop: EventLoop) async throws {
        let input = try Pipe.holding(Array("crossed".utf8))
        let pipe = try Pipe()
        try expect(dup2(input.number, 1) == 1 && dup2(pipe.writeEnd.number, 0) == 0, "dup2")
        var configuration = ChildConfiguration(executable: "/bin/cat")
        configuration.standardInput = 1
        configuration.standardOutput = 0
        configuration.standardError = 2
        let status = Lock<ExitStatus?>(nil)
        _ = try ChildProcess.start(configuration, loop: loop) { ended in status.withLock { $0 = ended } }
        while status.withLock({ $0 }) == nil { try await loop.sleep(for: .milliseconds(1)) }
        try expect(status.withLock { $0 } == .exited(0), "cat failed")
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = read(pipe.readEnd.number, &buffer, buffer.count)
        try expect(count == 7 && buffer.prefix(7).elementsEqual("crossed".utf8), "cat wrote \(count) bytes")
    }

    /// A parent without 0 to 2: the pipe that reports a failure takes these numbers.
    static func closedDescriptors(loop: EventLoop) async throws {
        for number in 0..<Int32(3) { close(number) }
        let status = try await run("test -c /dev/stdin && test -c /dev/stdout && exit 7", loop: loop)
        try expect(status == .exited(7), "shell: \(status)")
        do {
            let missing = ChildConfiguration(executable: "/nonexistent")
            _ = try ChildProcess.start(missing, loop: loop) { _ in }
            throw Unmet("started what is not there")
        } catch let error as SystemError {
            try expect(error == SystemError(call: "execve", number: ENOENT, subject: "/nonexistent"), "\(error)")
        }
    }

    /// Starts a child that is to die with this process, and waits to be killed.
    static func parent(loop: EventLoop) async throws {
        var configuration = ChildConfiguration(executable: "/bin/sleep", arguments: ["1000"])
        configuration.standardOutput = 1
        configuration.deathSignal = SignalSource.kill
        let child = try ChildProcess.start(configuration, loop: loop) { _ in }
        CurrentProcess.write("\(child.identifier)\n", to: 1)
        try await loop.sleep(for: .seconds(3600))
    }
}
