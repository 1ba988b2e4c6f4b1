// SPDX-License-Identifier: Apache-2.0

import EventReactor

@testable import GreengrassIPCTesting

/// The recordings beside the tests.
enum Recordings {
    static func load(_ name: String) throws -> RecordedSession {
        let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        return try RecordedSession(ndjson: try Files.read("/\(folder)/Recordings/\(name).ndjson"))
    }

    static let names = ["classic-js-bad-token", "classic-js-notify", "lite-python-bad-token", "lite-python-notify"]

    static func dialect(of name: String) -> Dialect { name.hasPrefix("classic") ? .classic : .lite }
}
