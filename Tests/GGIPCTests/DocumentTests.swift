// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

/// What the README and the guide tell people to paste.
@Suite("Documents", .timeLimit(.minutes(1)))
struct DocumentTests {
    @Test("The components of the README do what it says")
    func components() async throws {
        try await withDirectory { directory in
            let readme = try Document("README.md")
            try readme.writeFiles(["yaml", "sh", "python"], to: directory)
            let commands = try #require(readme.blocks("console").first { $0.contains("ggipc simulate") }).lines
            #expect(commands.count == 2)
            for command in commands {
                let result = try await Self.paste(command, in: directory)
                #expect(result.status == .exited(0), "\(command): \(result.errors)")
                #expect(result.text.contains("interval"), "\(command): \(result.text)")
            }
        }
    }

    @Test("The commands of the guide work in their order")
    func guide() async throws {
        try await withDirectory { directory in
            let guide = try Document("docs/ggipc.md")
            try guide.writeFiles(["yaml"], to: directory)
            let commands = guide.blocks("console").flatMap(\.lines)
            for command in commands {
                let result = try await Self.paste(command, in: directory)
                // An end after some time without an event is one.
                #expect(result.status == .exited(0), "\(command): \(result.errors)")
            }
            #expect(Set(commands.flatMap(Self.verbs)).isSuperset(of: Self.allVerbs))
            #expect(Files.exists("\(directory)/session.html"))
        }
    }

    private static let allVerbs: Set = ["simulate", "record", "replay", "decode", "encode", "call", "subscribe"]

    /// The verbs in a command line.
    private static func verbs(_ command: String) -> [String] {
        let words = command.split(separator: " ").map(String.init)
        return zip(words, words.dropFirst()).filter { $0.0 == "ggipc" }.map(\.1)
    }

    private static func paste(_ command: String, in directory: String) async throws -> ToolResult {
        let tools = String(Tool.path.dropLast("/ggipc".count))
        let python = TestFiles.package + "/.venv/interoperation/bin"
        return try await EventLoop.with { loop in
            try await RunningTool.start(
                ["-c", "set -e; \(command)"],
                program: "/bin/sh",
                environment: ["PATH": "\(python):\(tools):/usr/bin:/bin"],
                directory: directory,
                on: loop
            ).end()
        }
    }
}

/// A text in Markdown.
private struct Document {
    private static let fence = "```"
    private let text: String

    init(_ name: String) throws {
        text = String(decoding: try Files.read("\(TestFiles.package)/\(name)"), as: UTF8.self)
    }

    /// The blocks of a language, in order.
    func blocks(_ language: String) -> [String] {
        var blocks: [String] = []
        var block: [Substring]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if let lines = block {
                if line == Self.fence {
                    blocks.append(lines.joined(separator: "\n") + "\n")
                    block = nil
                } else {
                    block = lines + [line]
                }
            } else if line == Self.fence + language {
                block = []
            }
        }
        return blocks
    }

    /// Writes the blocks that begin with a comment which is nothing but a file's name.
    func writeFiles(_ languages: [String], to directory: String) throws {
        for block in languages.flatMap(blocks) {
            guard let first = block.lines.first, first.hasPrefix("# "), !first.dropFirst(2).contains(" ") else {
                continue
            }
            try Files.replace("\(directory)/\(first.dropFirst(2))", with: Array(block.utf8))
        }
    }
}

extension String {
    fileprivate var lines: [String] { split(separator: "\n").map(String.init) }
}
