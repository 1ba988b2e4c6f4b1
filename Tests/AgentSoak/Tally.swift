// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor

/// What the agent's log has said so far, by kind of line.
struct Tally: Sendable {
    private let counts = Lock<[String: Int]>([:])
    private let leaks = Lock<[String]>([])
    /// Stands in every token, and may stand in no line.
    let mark: String

    func take(_ record: LogRecord) {
        let event = record.event ?? "none"
        let key = record.reason.map { "\(event) \($0)" } ?? event
        counts.withLock { $0[key, default: 0] += 1 }
        if record.line.contains(mark) { leaks.withLock { $0.append(record.line) } }
    }

    subscript(key: String) -> Int { counts.withLock { $0[key] ?? 0 } }

    /// Valid notifications that were answered: with a tunnel, or with the limit's or the rate's refusal.
    var answers: Int { self["notification"] + self["refused limit"] + self["refused rate"] }

    var linesWithToken: [String] { leaks.withLock { $0 } }

    var summary: String {
        counts.withLock { counts in
            counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
        }
    }
}
