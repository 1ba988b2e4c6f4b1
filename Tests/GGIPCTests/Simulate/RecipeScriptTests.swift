// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPCTesting
import Testing

@testable import ggipc

/// What a recipe makes `ggipc simulate` run.
@Suite("A recipe's scripts", .timeLimit(.minutes(1)))
struct RecipeScriptTests {
    private static func recipe(_ lifecycle: String, artifact: String = "") -> String {
        """
        RecipeFormatVersion: "2020-01-25"
        ComponentName: com.example.Scripts
        ComponentVersion: 1.2.3
        Manifests:
          - Platform: {os: linux, runtime: "*"}
            Lifecycle:
        \(lifecycle.split(separator: "\n").map { "      \($0)\n" }.joined())
        \(artifact.split(separator: "\n").map { "    \($0)\n" }.joined())

        """
    }

    /// Runs a recipe until it ends, or until standard output has a text and it is told to stop.
    private func run(
        _ recipe: String,
        in directory: String,
        options: [String] = [],
        stopAt text: String? = nil
    ) async throws -> ToolResult {
        let file = directory + "/recipe.yaml"
        try Files.replace(file, with: Array(recipe.utf8))
        return try await EventLoop.with { loop in
            let tool = try await RunningTool.start(["simulate", "--recipe", file] + options, on: loop)
            guard let text else { return await tool.end() }
            await tool.waitForOutput(text)
            return await tool.stop()
        }
    }

    private static func run(_ command: String..., in directory: String) async throws {
        let result = try await EventLoop.with { loop in
            try await RunningTool.start(
                Array(command.dropFirst()),
                program: "/usr/bin/env",
                directory: directory,
                on: loop
            ).end()
        }
        #expect(result.status == .exited(0), "\(result.errors)")
    }

    private static let archive = """
        Artifacts:
          - URI: s3://BUCKET/com.example.Scripts/1.2.3/Program.zip
            Unarchive: ZIP
            Permission: {Execute: OWNER}
        """

    /// A build's folder with an archive of one program.
    private static func build(in directory: String) async throws {
        let folder = "greengrass-build/artifacts/com.example.Scripts/1.2.3"
        try Files.replace(directory + "/program", with: Array("#!/bin/sh\necho \"runs in ${PWD##*/}\"\n".utf8))
        try await Self.run("env", "mkdir", "-p", folder, in: directory)
        try await Self.run("env", "python3", "-m", "zipfile", "-c", folder + "/Program.zip", "program", in: directory)
    }

    @Test("An archive is unpacked to a folder of its name", arguments: Dialect.allCases)
    func unpacked(dialect: Dialect) async throws {
        let recipe = Self.recipe(
            #"run: {Script: 'exec "{artifacts:decompressedPath}/Program/program"'}"#,
            artifact: Self.archive
        )
        try await withDirectory { directory in
            try await Self.build(in: directory)
            // Also into a root that is there already, and from the folder that deployment tools are given.
            let options = ["--nucleus", dialect.rawValue, "--root", directory + "/root"]
            for more in [[], ["--artifacts", directory + "/greengrass-build/artifacts"]] {
                let result = try await run(recipe, in: directory, options: options + more)
                #expect(result.status == .exited(0), "\(result.errors)")
                #expect(result.lines == ["runs in com.example.Scripts"])
            }
        }
    }

    @Test("What a recipe does not allow to be executed is not, whatever the archive says")
    func notExecutable() async throws {
        let artifact = Self.archive.split(separator: "\n").dropLast().joined(separator: "\n")
        let recipe = Self.recipe(
            #"run: {Script: 'exec "{artifacts:decompressedPath}/Program/program"'}"#,
            artifact: artifact
        )
        try await withDirectory { directory in
            try await Self.build(in: directory)
            let result = try await run(recipe, in: directory, options: ["--once"])
            #expect(result.status == .exited(126), "\(result.text)\(result.errors)")
        }
    }

    @Test("A folder beside the archive goes first; what is missing or no archive is named")
    func folders() async throws {
        let recipe = Self.recipe(
            #"run: {Script: 'exec "{artifacts:decompressedPath}/Program/program"'}"#,
            artifact: Self.archive
        )
        try await withDirectory { directory in
            let missing = try await run(recipe, in: directory)
            #expect(missing.status == .exited(1))
            #expect(missing.errors.contains("neither Program.zip nor the folder Program"), "\(missing.errors)")
            try Files.replace(directory + "/Program.zip", with: Array("no archive".utf8))
            let broken = try await run(recipe, in: directory)
            #expect(broken.status == .exited(1))
            #expect(broken.errors.contains("\(directory)/./Program.zip"), "\(broken.errors)")
            try Files.makeDirectory(directory + "/Program")
            try Files.replace(
                directory + "/Program/program",
                with: Array("#!/bin/sh\necho from the folder\n".utf8),
                mode: 0o755
            )
            let result = try await run(recipe, in: directory)
            #expect(result.status == .exited(0), "\(result.errors)")
            #expect(result.lines == ["from the folder"])
        }
    }

    @Test("The shutdown script runs before the process is ended, on classic alone", arguments: Dialect.allCases)
    func shutdown(dialect: Dialect) async throws {
        // The trap writes what is there at SIGTERM.
        let recipe = Self.recipe(
            """
            run:
              Script: |
                trap 'cat order; exit 3' TERM
                echo running
                while :; do sleep 0.05; done
            shutdown:
              Script: |
                sleep 0.2
                echo shut down >>order
            """
        )
        try await withDirectory { directory in
            let options = ["--nucleus", dialect.rawValue, "--root", directory + "/root"]
            let result = try await run(recipe, in: directory, options: options, stopAt: "running")
            #expect(result.status == .exited(3), "\(result.errors)")
            #expect(result.lines == (dialect == .classic ? ["running", "shut down"] : ["running"]), "\(result.errors)")
            #expect(result.errors.contains("which Nucleus Lite does not run") == (dialect == .lite))
        }
    }

    @Test("A shutdown script also runs when the work is done, and is ended when it takes too long")
    func end() async throws {
        try await withDirectory { directory in
            let done = Self.recipe("run: {Script: echo running}\nshutdown: {Script: echo shut down}")
            let result = try await run(done, in: directory)
            #expect(result.status == .exited(0) && result.lines == ["running", "shut down"], "\(result.errors)")
            let slow = Self.recipe("run: {Script: echo running}\nshutdown: {Script: exec sleep 50, Timeout: 1}")
            let late = try await run(slow, in: directory)
            #expect(late.status == .exited(0))
            #expect(late.errors.contains("took longer than 1.0 seconds"), "\(late.errors)")
        }
    }

    @Test("A recover script runs after an error, before the component is started again")
    func recover() async throws {
        let recipe = Self.recipe(
            """
            run: {Script: 'echo running; test -e mended'}
            recover: {Script: 'echo recovering; touch mended'}
            shutdown: {Script: echo shut down}
            """
        )
        try await withDirectory { directory in
            let result = try await run(recipe, in: directory)
            #expect(result.status == .exited(0), "\(result.errors)")
            #expect(result.lines == ["running", "recovering", "shut down", "running", "shut down"])
        }
    }

    @Test("A component with a startup script runs on until it is stopped")
    func startup() async throws {
        let recipe = Self.recipe("startup: {Script: echo started}\nshutdown: {Script: echo shut down}")
        try await withDirectory { directory in
            let result = try await run(recipe, in: directory, stopAt: "started")
            #expect(result.status == .exited(0), "\(result.errors)")
            #expect(result.lines == ["started", "shut down"])
        }
    }

    @Test("A condition skips a step, after a ! where it does not hold")
    func skipped() async throws {
        let recipe = Self.recipe(
            """
            install: {Script: echo installed, Skipif: '! onpath sh'}
            run: {Script: echo running, Skipif: exists /nowhere}
            """
        )
        try await withDirectory { directory in
            let result = try await run(recipe, in: directory)
            #expect(result.lines == ["installed", "running"], "\(result.errors)")
        }
    }
}
