// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Foundation

@testable import GreengrassIPCTesting

/// Files that lie beside the tests.
enum TestFiles {
    private static let folder = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")

    static func capture(_ name: String) -> String { "\(folder)/Captures/\(name)" }

    static func recording(_ name: String) -> String {
        "\(folder)/../GreengrassIPCTestingTests/Recordings/\(name).ndjson"
    }

    static func session(_ name: String) throws -> RecordedSession {
        try RecordedSession(ndjson: try Files.read(recording(name)))
    }

    /// The package's own folder.
    static let package = "\(folder)/../.."
}

/// A directory that is gone when the test is over.
func withDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let path = try Files.makeTemporaryDirectory(prefix: "ggipc-test-")
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}
