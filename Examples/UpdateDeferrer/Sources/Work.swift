// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// The work that no update may interrupt.
actor Work {
    private var running: Set<String> = []

    func begin(_ job: String) { running.insert(job) }
    func end(_ job: String) { running.remove(job) }

    /// Whether an update may begin.
    func decide(recheckAfter seconds: Int64) -> ComponentUpdateDecision {
        if running.isEmpty { return .acknowledge }
        return .defer(.seconds(seconds), reason: "\(running.count) jobs are under way")
    }
}
