// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import TunnelComponent

@Suite(.timeLimit(.minutes(1)))
struct ProgramTrustTests {
    private static let trust = ProgramTrust(users: [0, 500])

    private static func permissions(_ owner: UInt32, _ group: UInt32, _ mode: UInt32) -> ProgramFile.Permissions {
        .init(owner: owner, group: group, mode: mode)
    }

    /// Owner, group and mode of the file, then of its directory, and a word of the objection.
    private static let cases: [(file: (UInt32, UInt32, UInt32), directory: (UInt32, UInt32, UInt32), String?)] = [
        ((0, 0, 0o755), (0, 0, 0o755), nil), ((500, 500, 0o550), (500, 500, 0o700), nil),
        ((0, 0, 0o775), (0, 50, 0o2775), nil), ((0, 0, 0o755), (0, 0, 0o1777), nil),
        ((0, 0, 0o757), (0, 0, 0o755), "chmod o-w"), ((500, 500, 0o770), (0, 0, 0o755), "chmod g-w"),
        ((501, 0, 0o755), (0, 0, 0o755), "chown root"), ((0, 0, 0o755), (0, 0, 0o777), "chmod o-w"),
        ((0, 0, 0o755), (501, 0, 0o755), "chown root"),
    ]

    @Test(arguments: cases.indices)
    func `A program that others could change is objected to`(_ index: Int) {
        let (file, directory, remedy) = Self.cases[index]
        let objection = Self.trust.objection(
            to: Self.permissions(file.0, file.1, file.2),
            directories: [("/opt/lp", Self.permissions(directory.0, directory.1, directory.2))]
        )
        #expect((objection == nil) == (remedy == nil))
        if let remedy { #expect(objection?.contains(remedy) == true) }
    }

    @Test func `The directories above a file are all looked at`() {
        #expect(ProgramTrust.directories(above: "/opt/lp/localproxy") == ["/opt/lp", "/opt", "/"])
        #expect(ProgramTrust.directories(above: "/localproxy") == ["/"])
    }
}
