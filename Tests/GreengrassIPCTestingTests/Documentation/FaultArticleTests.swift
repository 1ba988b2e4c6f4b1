// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import GreengrassIPCTesting

/// The article has every fault that there is, by both names.
@Suite("The article on faults", .timeLimit(.minutes(1)))
struct FaultArticleTests {
    private static func article() throws -> String {
        let package = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let path = "\(package)/Sources/GreengrassIPCTesting/GreengrassIPCTesting.docc/Faults.md"
        return String(decoding: try Files.read(path), as: UTF8.self)
    }

    /// The rows of its tables, in cells.
    private static func rows() throws -> [[String]] {
        try article().split(separator: "\n").filter { $0.hasPrefix("| ") }.map { line in
            line.split(separator: "|").map { $0.trimming(while: { $0 == " " }) }
        }
    }

    @Test(
        "Every case has a row, and each row that names one says what a component sees",
        arguments: Fault.Sort.allCases
    )
    func cases(_ sort: Fault.Sort) throws {
        let rows = try Self.rows().filter { row in
            row.count == 4 && (row[1].hasPrefix("``Fault/\(sort.rawValue)(") || row[1] == "``Fault/\(sort.rawValue)``")
        }
        #expect(rows.count == 1)
        #expect(rows.first?[3].isEmpty == false)
    }

    @Test("Every name has a row whose examples can be read and are that fault", arguments: SimulatedFault.Kind.allCases)
    func names(_ kind: SimulatedFault.Kind) throws {
        let row = try #require(
            Self.rows().first { $0.count == 4 && $0[2].hasPrefix("`\(kind.rawValue)`") },
            "no row for \(kind.rawValue)"
        )
        for example in row[2].split(separator: "`").filter({ $0.contains(where: \.isLetter) }) {
            #expect(try SimulatedFault(parsing: String(example)).kind == kind)
        }
        if let (fault, _) = kind.effect(.zero) { #expect(row[1].contains("``Fault/\(fault.sort.rawValue)")) }
    }

    @Test("Every case can be had by a name")
    func completeness() {
        let named = Set(SimulatedFault.Kind.allCases.compactMap { $0.effect(.zero)?.0.sort })
        #expect(named == Set(Fault.Sort.allCases))
    }

    @Test("Those that strike once are named, and no others")
    func strikingOnce() throws {
        let text = try Self.article()
        let start = try #require(text.firstRange(of: "Without one,")).upperBound
        let end = try #require(text[start...].firstRange(of: "strike once")).lowerBound
        let once = SimulatedFault.Kind.allCases.filter { (try? SimulatedFault(parsing: $0.rawValue).times) == 1 }
        let named = SimulatedFault.Kind.allCases.filter { text[start..<end].contains("`\($0.rawValue)`") }
        #expect(named == once)
    }

    @Test(
        "Every point has a row",
        arguments: ["nextFrame", "message", "connect", "anyReply", "reply(to:)", "subscription", "event"]
    )
    func points(_ name: String) throws {
        #expect(try Self.rows().contains { $0.count == 2 && $0[0] == "``FaultPoint/\(name)``" && !$0[1].isEmpty })
    }
}

extension Substring {
    fileprivate func trimming(while isTrimmed: (Character) -> Bool) -> String {
        var text = drop(while: isTrimmed)
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return String(text)
    }
}
