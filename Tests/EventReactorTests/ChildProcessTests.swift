// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Glibc
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ChildProcessTests {
    @Test(arguments: [0, 1, 127, 255])
    func reportsItsExitCode(code: Int32) async throws {
        try await withTestLoop { loop in
            let run = try ChildRun.shell("exit \(code)", loop: loop)
            #expect(await run.finish() == .exited(code))
        }
    }

    /// The loop's thread blocks all signals; its children do not.
    @Test(arguments: [SIGKILL, SIGTERM, SIGABRT, SIGUSR1, SIGPIPE])
    func reportsTheSignalThatEndedIt(signal: Int32) async throws {
        try await withTestLoop { loop in
            let run = try ChildRun.shell("kill -\(signal) $$; exit 3", loop: loop)
            #expect(await run.finish() == .signaled(signal))
        }
    }

    @Test func namesTheStepThatFailed() async throws {
        try await withDirectory { directory in
            let text = directory + "/text"
            close(open(text, O_CREAT | O_WRONLY, 0o700))
            var elsewhere = ChildConfiguration(executable: "/bin/true")
            elsewhere.workingDirectory = directory + "/none"
            let table: [(ChildConfiguration, String, Int32, String)] = [
                (ChildConfiguration(executable: "/nonexistent"), "execve", ENOENT, "/nonexistent"),
                (ChildConfiguration(executable: "/etc/passwd"), "execve", EACCES, "/etc/passwd"),
                (ChildConfiguration(executable: directory), "execve", EACCES, directory),
                (ChildConfiguration(executable: text), "execve", ENOEXEC, text),
                (elsewhere, "chdir", ENOENT, directory + "/none"),
            ]
            try await withTestLoop { loop in
                for (configuration, call, number, subject) in table {
                    let expected = SystemError(call: call, number: number, subject: subject)
                    #expect(throws: expected) {
                        try ChildProcess.start(configuration, loop: loop) { _ in Issue.record("did not start") }
                    }
                }
            }
        }
    }

    @Test func getsTheEnvironmentItIsGivenAndNoOther() async throws {
        try await withTestLoop { loop in
            let entries = ["A=1", "B=two words", "C="]
            let run = try ChildRun(ChildConfiguration(executable: "/usr/bin/env", environment: entries), loop: loop)
            #expect(await run.finish() == .exited(0))
            #expect(run.outputText == "A=1\nB=two words\nC=\n")
        }
    }

    @Test func readsItsInputToTheEnd() async throws {
        try await withTestLoop { loop in
            let cat = ChildConfiguration(executable: "/bin/cat")
            let run = try ChildRun(cat, input: pattern(65_536), loop: loop)
            #expect(await run.finish() == .exited(0))
            #expect(run.output == pattern(65_536))
            let nothing = try ChildRun(cat, input: [], loop: loop)
            #expect(await nothing.finish() == .exited(0))
            #expect(nothing.output.isEmpty)
            let withoutInput = try ChildRun(cat, loop: loop)
            #expect(await withoutInput.finish() == .exited(0))
        }
        #expect(throws: SystemError.self) { _ = try Pipe.holding(pattern(65_537)) }
    }

    @Test func startsWithACleanState() async throws {
        try await withTestLoop { loop in
            var configuration = ChildConfiguration(executable: "/bin/cat", arguments: ["/proc/self/status"])
            let plain = try ChildRun(configuration, loop: loop)
            configuration.leadsProcessGroup = true
            configuration.gainsNoPrivileges = true
            configuration.fileModeMask = 0o027
            let strict = try ChildRun(configuration, loop: loop)
            #expect(await plain.finish() == .exited(0))
            #expect(await strict.finish() == .exited(0))
            for run in [plain, strict] {
                #expect(field("SigBlk", run) == "0000000000000000")
                // 32 and 33 belong to the C library, which lets nobody change them.
                let ignored = try #require(field("SigIgn", run).flatMap { UInt64($0, radix: 16) })
                #expect(ignored & ~(0b11 << 31) == 0)
                #expect(field("SigCgt", run) == "0000000000000000")
            }
            #expect(field("NoNewPrivs", plain) == "0")
            #expect(field("NSpgid", plain) == "\(getpgrp())")
            #expect(field("NoNewPrivs", strict) == "1")
            #expect(field("Umask", strict) == "0027")
            #expect(field("NSpgid", strict) == strict.child.map { "\($0.identifier)" })
        }
    }

    private func field(_ name: String, _ run: ChildRun) -> String? {
        for line in run.outputText.split(separator: "\n") where line.hasPrefix(name + ":\t") {
            return String(line.dropFirst(name.count + 2))
        }
        return nil
    }

    @Test func runsInItsWorkingDirectory() async throws {
        try await withTestLoop { loop in
            var configuration = ChildConfiguration(executable: "/bin/sh", arguments: ["-c", "pwd"])
            configuration.workingDirectory = "/proc"
            let run = try ChildRun(configuration, loop: loop)
            #expect(await run.finish() == .exited(0))
            #expect(run.outputText == "/proc\n")
        }
    }

    @Test func aSignalReachesItsWholeGroup() async throws {
        try await withTestLoop { loop in
            var configuration = ChildConfiguration(
                executable: "/bin/sh",
                arguments: ["-c", "sleep 1000 & echo started; wait"]
            )
            configuration.leadsProcessGroup = true
            let run = try ChildRun(configuration, loop: loop)
            await run.outputHasCome.wait()
            run.child?.send(signal: SIGTERM)
            // The grandchild holds the output as well.
            #expect(await run.finish() == .signaled(SIGTERM))
            run.child?.send(signal: SIGTERM)
            #expect(run.child?.status == .signaled(SIGTERM))
        }
    }

    /// A grandchild may hold the output for ever: the exit is told of all the same, and what is there can be read.
    @Test func doesNotWaitForAGrandchild() async throws {
        try await withTestLoop { loop in
            let run = try ChildRun.shell("sleep 1000 2>/dev/null & echo $!; exit 4", loop: loop)
            await run.hasExited.wait()
            #expect(run.status == .exited(4))
            run.outputReader?.drainAndClose()
            #expect(run.outputHasEnded.count == 0)
            let grandchild = try #require(Int32(run.outputText.dropLast()))
            kill(grandchild, SIGKILL)
        }
    }
}

@Suite(.timeLimit(.minutes(1)))
struct PipeReaderTests {
    @Test func readsMoreThanAPipeHolds() async throws {
        try await withTestLoop { loop in
            let run = try ChildRun.shell("head -c 3000000 /dev/zero; echo end >&2", loop: loop)
            #expect(await run.finish() == .exited(0))
            #expect(run.output.count == 3_000_000)
            #expect(run.errorText == "end\n")
        }
    }

    @Test func aPauseHoldsTheWriterBack() async throws {
        try await withTestLoop { loop in
            let run = try ChildRun.shell("head -c 1000000 /dev/zero", loop: loop)
            await run.outputHasCome.wait()
            run.outputReader?.setReading(false)
            let count = run.output.count
            #expect(try await loop.turnsWhileIdle() < 5)
            #expect(run.output.count == count)
            #expect(run.status == nil)
            run.outputReader?.setReading(true)
            #expect(await run.finish() == .exited(0))
            #expect(run.output.count == 1_000_000)
        }
    }

    /// The end of the writer during a pause is neither told nor lost, and does not spin.
    @Test func theEndComesAfterThePause() async throws {
        try await withTestLoop { loop in
            let received = Lock<(bytes: [UInt8], ends: Int)>(([], 0))
            let ended = Happening()
            let reader = try PipeReader(Pipe.holding([1, 2, 3]), loop: loop) { event in
                switch event {
                case .bytes(let bytes): received.withLock { $0.bytes += bytes }
                case .ended:
                    received.withLock { $0.ends += 1 }
                    ended.happen()
                }
            }
            reader.setReading(false)
            #expect(try await loop.turnsWhileIdle() < 5)
            #expect(received.withLock { $0.bytes.isEmpty && $0.ends == 0 })
            reader.setReading(true)
            await ended.wait()
            await loop.passTurns(2)
            reader.setReading(false)
            reader.setReading(true)
            reader.drainAndClose()
            reader.close()
            #expect(received.withLock { $0.bytes == [1, 2, 3] && $0.ends == 1 })
        }
    }

    @Test func mayBeClosedWhileItTells() async throws {
        try await withTestLoop { loop in
            let cell = ReaderCell()
            let told = Happening()
            cell.reader = try PipeReader(Pipe.holding([1, 2, 3]), loop: loop) { _ in
                told.happen()
                cell.reader?.close()
            }
            await told.wait()
            await loop.passTurns(2)
            #expect(told.count == 1)
            cell.reader = nil
        }
    }

    private final class ReaderCell: @unchecked Sendable {
        // Safety: touched on the loop's thread only.
        var reader: PipeReader?
    }
}
