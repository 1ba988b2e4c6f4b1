// SPDX-License-Identifier: Apache-2.0

/// One value of the configuration that cannot be used: its key, what was found and what is expected.
struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The key, with dots between levels: `services.SSH`.
    let key: String
    /// What stands there.
    let found: String
    /// What should.
    let expected: String

    var description: String { "configuration key \(key) is \(found); expected \(expected)" }
}
