// SPDX-License-Identifier: Apache-2.0

/// Where a simulated component's rights come from.
public enum AccessPolicy: String, Sendable, Hashable, CaseIterable {
    /// As on a real nucleus: what `accessControl` in its configuration allows, and nothing else. Without that member a
    /// component may read configurations, change its own and report its state, and little more.
    case configured
    /// Whatever it asks for.
    case everything
    /// As ``configured`` when the configuration has an `accessControl`, and ``everything`` when it has none. A
    /// convenience for tests that are not about policies; no nucleus is like that.
    case everythingUnlessConfigured
}
