// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Foundation

/// A directory of one test: `work` is the component's working directory, beside it lies what the test itself needs.
struct TestDirectory: Sendable {
    let path: String

    init() throws {
        path = try Files.makeTemporaryDirectory(prefix: "agent-test-")
        try Files.makeDirectory(work)
    }

    var work: String { path + "/work" }

    /// Processes that run in the component's working directory or below; zombies have none.
    func processes() -> [Int32] {
        ProcessTable.identifiers().filter { ProcessTable.link($0, "cwd")?.hasPrefix(work) ?? false }
    }

    /// Writes a file beside the working directory.
    @discardableResult
    func write(_ name: String, _ content: String, mode: Int = 0o644) throws -> String {
        let file = path + "/" + name
        try Data(content.utf8).write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }

    func names(_ directory: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
    }

    /// The files in the working directory that hold a text.
    func filesContaining(_ text: String) -> [String] {
        let names = FileManager.default.enumerator(atPath: work)?.allObjects.compactMap { $0 as? String } ?? []
        return names.filter { name in
            let content = (try? Files.read(work + "/" + name)) ?? []
            return String(decoding: content, as: UTF8.self).contains(text)
        }
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
