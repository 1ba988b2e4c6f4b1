// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// Where the process's log goes: warnings and errors to standard error, which the classic nucleus logs as warnings, the
/// rest to standard output. A reader that stalls costs lines, which are counted, and never time.
final class LogOutput: @unchecked Sendable {
    // Safety: the writers are touched on the loop's thread only.
    private let loop: EventLoop
    private let output: OutputWriter
    private let errors: OutputWriter

    init(loop: EventLoop) {
        self.loop = loop
        output = OutputWriter(1, loop: loop, notice: Self.notice)
        errors = OutputWriter(2, loop: loop, notice: Self.notice)
    }

    func write(_ line: LogLine, as format: LogFormat) {
        let text = format.write(line) + "\n"
        let isUrgent = line.level >= .warning
        guard loop.isOnLoop else {
            loop.execute { self.writer(isUrgent).write(text) }
            return
        }
        writer(isUrgent).write(text)
    }

    /// Waits a moment for whoever reads: the last lines tell why the process ends.
    func finish() {
        output.flush(within: .milliseconds(200))
        errors.flush(within: .milliseconds(200))
    }

    private func writer(_ isUrgent: Bool) -> OutputWriter { isUrgent ? errors : output }

    private static func notice(_ count: Int) -> String {
        LogLine(.warning, .log, reason: "dropped", text: "\(count) lines were dropped: nobody read them").description
            + "\n"
    }
}
