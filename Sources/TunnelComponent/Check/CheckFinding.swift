// SPDX-License-Identifier: Apache-2.0

/// What `check` found out about one thing.
struct CheckFinding: Hashable, Sendable, CustomStringConvertible {
    enum Level: String, Hashable, Sendable {
        case ok
        /// It works, or may; something could not be tried.
        case warning
        /// Tunnels will fail.
        case error
    }

    let level: Level
    /// The thing: one word.
    let subject: String
    let text: String
    /// What to do; nil when there is nothing to mend.
    let remedy: String?

    init(_ level: Level, _ subject: String, _ text: String, remedy: String? = nil) {
        self.level = level
        self.subject = subject
        self.text = text
        self.remedy = remedy
    }

    var description: String {
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        let line = "\(padded(level.rawValue, 7)) \(padded(subject, 13)) \(text)" + (remedy.map { "; \($0)" } ?? "")
        return LogLine.escape(line)
    }
}
