// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import GreengrassIPCTesting

/// The article has every rule, in the words of the findings themselves.
@Suite("The article on findings", .timeLimit(.minutes(1)))
struct FindingArticleTests {
    @Test("Every rule has a row with its nucleus, what happens there, and the remedy", arguments: Finding.Rule.allCases)
    func rules(_ rule: Finding.Rule) throws {
        let package = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let path = "\(package)/Sources/GreengrassIPCTesting/GreengrassIPCTesting.docc/Findings.md"
        let article = String(decoding: try Files.read(path), as: UTF8.self)
        let rows = article.split(separator: "\n").filter { $0.hasPrefix("| `\(rule)` | ") }
        let row = try #require(rows.first)
        #expect(rows.count == 1)
        #expect(row.hasSuffix(" | \(Finding(rule, on: .lite, "").remedy) |"))
        for offence in FindingTests.offences where offence.rule == rule {
            var harness = Harness(offence.dialects[0])
            if let limit = offence.unreadLimit { harness.nucleus.unreadLimit = limit }
            let connection = offence.isLoggedIn ? harness.login() : harness.open()
            for frame in offence.frames { _ = harness.send(frame, on: connection) }
            if offence.leaves { _ = harness.endOfFile(on: connection) }
            let finding = try #require(harness.nucleus.findings.first { $0.rule == rule })
            #expect(row.contains(" | \(finding.nucleus): \(finding.consequence)"))
        }
    }
}
