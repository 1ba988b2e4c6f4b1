// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

/// The Swift test that the README and the article show is a test of this package, to the letter.
@Suite("The Swift test in the documents", .timeLimit(.minutes(1)))
struct ReadmeSwiftTests {
    @Test(
        "It is what runs here",
        arguments: ["README.md", "Sources/GreengrassIPC/GreengrassIPC.docc/TestingWithTheSimulator.md"]
    )
    func text(document: String) throws {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let package = "/" + folder.split(separator: "/").dropLast(3).joined(separator: "/")
        let file = String(decoding: try Files.read("/\(folder)/EchoTests.swift"), as: UTF8.self)
        let code = file.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2).joined(separator: "\n")
        let text = String(decoding: try Files.read("\(package)/\(document)"), as: UTF8.self)
        #expect(text.contains("```swift\n\(code)```\n"), "\(document) does not show EchoTests.swift as it is")
        let lines = code.split(separator: "\n").drop { !$0.contains("@Test") }.dropLast()
        #expect(lines.count <= 12, "a test that takes \(lines.count) lines is no short one")
    }
}
