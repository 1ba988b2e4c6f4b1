// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// Where log lines go: one sink, and the least severe level it wants.
///
/// Copies share the level, so that a change of the configuration reaches them all.
struct Reporter: Sendable {
    private let threshold: Lock<LogLevel>
    private let sink: @Sendable (LogLine) -> Void

    /// - Parameter sink: takes each line that passes; it must not block for long.
    init(minimum: LogLevel = .info, sink: @escaping @Sendable (LogLine) -> Void) {
        threshold = Lock(minimum)
        self.sink = sink
    }

    /// Lines below this level are dropped.
    var minimum: LogLevel {
        get { threshold.withLock { $0 } }
        nonmutating set { threshold.withLock { $0 = newValue } }
    }

    /// Hands a line to the sink if its level passes.
    func report(_ line: LogLine) {
        if line.level >= minimum { sink(line) }
    }
}
