// SPDX-License-Identifier: Apache-2.0

import EventReactor

/// What was waited for did not happen.
struct Missing: Error, CustomStringConvertible {
    let description: String
}

extension EventLoop {
    /// Waits until a state of the system is reached that nobody announces, such as the end of a process.
    func eventually(
        _ what: String,
        within limit: Duration = .seconds(10),
        _ condition: () async throws -> Bool
    ) async throws {
        let deadline = Instant.now() + limit
        while try await !condition() {
            guard Instant.now() < deadline else { throw Missing(description: "not within \(limit): \(what)") }
            try await sleep(for: .milliseconds(10))
        }
    }
}
