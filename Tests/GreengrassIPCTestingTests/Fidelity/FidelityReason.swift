// SPDX-License-Identifier: Apache-2.0

@testable import GreengrassIPCTesting

/// Why the simulated nucleus and the recorded one differ in a case.
enum FidelityReason {
    private static let waiting =
        "A fault of the real one: canceling a deployment that waits cancels the one before it."
    private static let forgotten =
        "A fault of the real one: who asks for the status of a deployment that waits makes it forget that one."
    private static let otherCase =
        "A fault of the real one: asking for a component in another case makes a second one, which breaks the first."

    /// `nil` for a difference that has no good reason.
    static func of(_ difference: Verdict.Difference, in name: String, _ verdict: Verdict) -> String? {
        guard name == "classic-cli" else { return nil }
        return switch (verdict.connection, difference.stream) {
        case (5, 139): waiting
        case (5, 143), (5, 144): forgotten
        case (11, 1...3): otherCase
        default: nil
        }
    }
}
