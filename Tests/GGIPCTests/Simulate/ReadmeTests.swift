// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

/// The README's section on testing a component, as pasted.
@Suite("README", .timeLimit(.minutes(1)))
struct ReadmeTests {
    private static let fence = "```"

    /// The blocks of a language, in order.
    private static func blocks(_ language: String) throws -> [String] {
        let text = String(decoding: try Files.read(TestFiles.package + "/README.md"), as: UTF8.self)
        var blocks: [String] = []
        var block: [Substring]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if let lines = block {
                if line == fence {
                    blocks.append(lines.joined(separator: "\n") + "\n")
                    block = nil
                } else {
                    block = lines + [line]
                }
            } else if line == fence + language {
                block = []
            }
        }
        return blocks
    }

    @Test("The components of the README do what it says")
    func components() async throws {
        try await withDirectory { directory in
            for language in ["yaml", "sh", "python"] {
                for block in try Self.blocks(language) {
                    guard let first = block.split(separator: "\n").first, first.hasPrefix("# ") else { continue }
                    try Files.replace("\(directory)/\(first.dropFirst(2))", with: Array(block.utf8))
                }
            }
            let commands = try #require(Self.blocks("console").first { $0.contains("ggipc simulate") })
                .split(separator: "\n").map(String.init)
            #expect(commands.count == 2)
            let tools = String(Tool.path.dropLast("/ggipc".count))
            let python = TestFiles.package + "/.venv/interoperation/bin"
            for command in commands {
                let result = try await EventLoop.with { loop in
                    try await RunningTool.start(
                        ["-c", command],
                        program: "/bin/sh",
                        environment: ["PATH": "\(python):\(tools):/usr/bin:/bin"],
                        directory: directory,
                        on: loop
                    ).end()
                }
                #expect(result.status == .exited(0), "\(command): \(result.errors)")
                #expect(result.text.contains("interval"), "\(command): \(result.text)")
            }
        }
    }
}
