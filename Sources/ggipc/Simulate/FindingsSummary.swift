// SPDX-License-Identifier: Apache-2.0

import GreengrassIPCTesting

/// What a component did that a real nucleus would punish, for people: each rule once.
struct FindingsSummary {
    private let findings: [Finding]

    init(_ findings: [Finding]) {
        self.findings = findings
    }

    private struct Kind: Hashable {
        var rule: Finding.Rule
        var nucleus: Dialect
    }

    /// Several lines; empty if there is nothing to tell.
    var text: String {
        guard !findings.isEmpty else { return "" }
        var kinds: [Kind] = []
        var found: [Kind: [Finding]] = [:]
        for finding in findings {
            let kind = Kind(rule: finding.rule, nucleus: finding.nucleus)
            if found[kind] == nil { kinds.append(kind) }
            found[kind, default: []].append(finding)
        }
        var text = "ggipc: what a real nucleus would punish:\n"
        for kind in kinds {
            guard let all = found[kind], let first = all.first else { continue }
            let times = all.count == 1 ? "once" : "\(all.count) times"
            text += "  \(kind.rule), \(times): \(kind.nucleus): \(first.consequence)\n"
            let operations = Set(all.compactMap(\.operation)).sorted()
            if !operations.isEmpty { text += "    in \(operations.joined(separator: ", "))\n" }
            if !first.remedy.isEmpty { text += "    remedy: \(first.remedy)\n" }
        }
        return text
    }
}
