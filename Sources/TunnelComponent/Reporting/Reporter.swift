// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// Where log lines go: one sink, and the least severe level it wants.
///
/// Copies share the level, so that a change of the configuration reaches them all.
struct Reporter: Sendable {
    private let threshold: Lock<LogLevel>
    private let layout: Lock<LogFormat>
    private let sink: @Sendable (LogLine, LogFormat) -> Void

    /// - Parameter sink: takes each line that passes; it must not block for long.
    init(
        minimum: LogLevel = .info,
        format: LogFormat = .text,
        sink: @escaping @Sendable (LogLine, LogFormat) -> Void
    ) {
        threshold = Lock(minimum)
        layout = Lock(format)
        self.sink = sink
    }

    /// Lines below this level are dropped.
    var minimum: LogLevel {
        get { threshold.withLock { $0 } }
        nonmutating set { threshold.withLock { $0 = newValue } }
    }

    /// How the sink shall write lines.
    var format: LogFormat {
        get { layout.withLock { $0 } }
        nonmutating set { layout.withLock { $0 = newValue } }
    }

    /// Hands a line to the sink if its level passes.
    func report(_ line: LogLine) {
        if line.level >= minimum { sink(line, format) }
    }
}
