// SPDX-License-Identifier: Apache-2.0

/// How severe a line of the log is.
enum LogLevel: String, Hashable, Sendable, CaseIterable, Comparable {
    case debug
    case info
    case warning
    case error

    /// The level of this name, in any case; `trace` and `warn` are taken too.
    init?(named name: String) {
        switch name.lowercased() {
        case "trace": self = .debug
        case "warn": self = .warning
        case let name:
            guard let level = LogLevel(rawValue: name) else { return nil }
            self = level
        }
    }

    static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }
}
