// SPDX-License-Identifier: Apache-2.0

/// Where log lines go: one sink, and the least severe level it wants.
struct Reporter: Sendable {
    /// Lines below this level are dropped.
    var minimum: LogLevel
    private let sink: @Sendable (LogLine) -> Void

    /// - Parameter sink: takes each line that passes; it must not block for long.
    init(minimum: LogLevel = .info, sink: @escaping @Sendable (LogLine) -> Void) {
        self.minimum = minimum
        self.sink = sink
    }

    /// Hands a line to the sink if its level passes.
    func report(_ line: LogLine) {
        if line.level >= minimum { sink(line) }
    }
}
