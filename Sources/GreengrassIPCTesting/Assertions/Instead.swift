// SPDX-License-Identifier: Apache-2.0

/// What there is instead of what was expected or waited for, in an error's words.
enum Instead {
    /// - Parameter participle: what was done with what these names are of, as `called`.
    static func text(_ names: [String], _ participle: String) -> String {
        names.isEmpty ? "; nothing was \(participle)" : "; \(participle) were \(counted(names))"
    }

    /// Names with how often each is there, as `2 of A, 1 of B`.
    static func counted(_ names: [String]) -> String {
        var counts: [String: Int] = [:]
        for name in names { counts[name, default: 0] += 1 }
        return counts.sorted { $0.key < $1.key }.map { "\($0.value) of \($0.key)" }.joined(separator: ", ")
    }
}
