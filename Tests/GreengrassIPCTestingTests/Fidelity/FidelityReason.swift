// SPDX-License-Identifier: Apache-2.0

@testable import GreengrassIPCTesting

/// Why the simulated nucleus and the recorded one differ in a case.
enum FidelityReason {
    private static let late =
        "A race inside the nucleus: what comes after a stream's end can also be answered with a protocol error, as here."
    private static let underWay =
        "A race inside the nucleus: a request sent after the protocol error was answered that time; here it never is."
    private static let spool =
        "The broker had been restarted: the nucleus sent what it had kept before it subscribed again. Here it subscribes first."
    private static let depth =
        "20 000 arrays within each other: the simulator reads no more than 128 levels, the nucleus skips them."

    /// `nil` for a difference that has no good reason.
    static func of(_ difference: Verdict.Difference, in name: String, _ verdict: Verdict) -> String? {
        switch (name, verdict.connection) {
        case ("classic-probe-streams", 8): late
        case ("classic-probe-streams", 11), ("classic-probe-streams", 21...26):
            difference.kind == .missing && difference.stream == 1 ? underWay : nil
        case ("classic-js-offline", 1): [1, 4].contains(difference.stream) ? spool : nil
        case ("classic-probe-requests", 1): difference.stream == 15 ? depth : nil
        default: nil
        }
    }
}
