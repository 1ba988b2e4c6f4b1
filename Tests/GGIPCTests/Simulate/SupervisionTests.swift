// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import Testing

@testable import ggipc

@Suite("ggipc simulate", .timeLimit(.minutes(1)))
struct SupervisionTests {
    @Test("Three errors within an hour are the end, on both nuclei", arguments: Dialect.allCases)
    func policy(dialect: Dialect) {
        var policy = RelaunchPolicy(dialect)
        let failure = EventReactor.ExitStatus.exited(1)
        #expect(policy.ended(.exited(0), now: .zero) == .finished)
        let first: Duration = dialect == .classic ? .milliseconds(15) : .seconds(1)
        #expect(policy.ended(failure, now: .zero) == .relaunch(after: first))
        #expect(policy.ended(.signaled(9), now: .seconds(1)) == .relaunch(after: .seconds(1)))
        #expect(policy.ended(failure, now: .seconds(3599)) == .broken)
        var slow = RelaunchPolicy(dialect)
        for hour in 0..<5 { #expect(slow.ended(failure, now: .seconds(3600 * hour)) == .relaunch(after: first)) }
        let terminated = slow.ended(.signaled(15), now: .seconds(100_000))
        #expect(terminated == (dialect == .classic ? .relaunch(after: first) : .finished))
    }

    @Test("A command has a component's directory and environment, and files it names are found")
    func surroundings() async throws {
        try await withDirectory { directory in
            try Files.replace(directory + "/script.sh", with: Array("pwd; env; cat \"$1\"".utf8))
            try Files.replace(directory + "/data.txt", with: Array("from the file".utf8))
            try await EventLoop.with { loop in
                let arguments = [
                    "simulate", "--root", directory, "--component", "com.example.A", "--", "sh", "script.sh",
                    "data.txt",
                ]
                let surroundings = ["AWS_ACCESS_KEY_ID": "stray", "SVCUID": "stray"]
                let result = try await RunningTool.start(
                    arguments,
                    environment: surroundings,
                    directory: directory,
                    on: loop
                ).end()
                #expect(result.status == .exited(0), "\(result.errors)")
                #expect(result.lines.first?.hasSuffix("work/com.example.A") == true)
                #expect(result.lines.last == "from the file")
                #expect(result.text.contains("AWS_IOT_THING_NAME=MyThing\n") && !result.text.contains("stray"))
            }
        }
    }

    @Test("A command that fails is started three times, and its status is passed on")
    func relaunch() async throws {
        let result = try await Tool.run("simulate", "--", "sh", "-c", "echo started; exit 5")
        #expect(result.status == .exited(5))
        #expect(result.lines == ["started", "started", "started"])
        #expect(result.errors.contains("BROKEN until the next deployment"))
        let once = try await Tool.run("simulate", "--once", "--", "sh", "-c", "echo started; exit 5")
        #expect(once.status == .exited(5) && once.lines == ["started"])
    }

    @Test("A recipe brings name, configuration, rights and script")
    func recipe() async throws {
        let recipe = """
            RecipeFormatVersion: "2020-01-25"
            ComponentName: com.example.Recipe
            ComponentVersion: 1.2.3
            ComponentConfiguration:
              DefaultConfiguration: {port: 80, name: "x"}
            Manifests:
              - Platform: {os: linux, runtime: "*"}
                Lifecycle:
                  install: echo installed
                  run:
                    Setenv: {PORT: "{configuration:/port}"}
                    Script: |
                      echo "$PORT {iot:thingName}"
                      exec "\(Tool.path)" call GetConfiguration '{"keyPath":["port"]}'

            """
        try await withDirectory { directory in
            let file = directory + "/recipe.yaml"
            // Nucleus Lite would take the request's braces for a variable.
            try Files.replace(file, with: Array(recipe.utf8))
            try Files.replace(directory + "/c.yaml", with: Array("port: 81".utf8))
            let result = try await Tool.run("simulate", "--recipe", file, "--configuration", directory + "/c.yaml")
            #expect(result.status == .exited(0), "\(result.errors)")
            #expect(
                result.lines == [
                    "installed", "81 MyThing", #"{"componentName":"com.example.Recipe","value":{"port":81}}"#,
                ]
            )
            let lite = try await Tool.run("simulate", "--nucleus", "lite", "--recipe", file)
            #expect(lite.status == .exited(1))
            #expect(lite.errors.contains("runs the script cut off there"))
        }
    }

    @Test("A component that asks to be restarted is, and one that is stopped ends")
    func lifecycle() async throws {
        let configuration = #"""
            accessControl:
              aws.greengrass.Cli:
                all: {operations: ["*"], resources: ["*"]}
            """#
        let script = """
            verb=$(cat next 2>/dev/null || echo Restart)
            echo Stop >next
            "\(Tool.path)" call "${verb}Component" '{"componentName":"com.example.A"}' >>log
            exec sleep 50
            """
        try await withDirectory { directory in
            try Files.replace(directory + "/c.yaml", with: Array(configuration.utf8))
            let result = try await Tool.run(
                "simulate",
                "--component",
                "com.example.A",
                "--configuration",
                directory + "/c.yaml",
                "--root",
                directory,
                "--",
                "sh",
                "-c",
                "trap 'exit 0' TERM\n" + script
            )
            #expect(result.errors.contains("restarted, as asked for"), "\(result.errors)")
            #expect(result.status == .exited(0) || result.status == .exited(143))
        }
    }

    @Test("Faults of the command line strike")
    func faults() async throws {
        let command = [Tool.path, "call", "UpdateState", #"{"state": "RUNNING"}"#, "--timeout"]
        for (fault, status) in [("split", 0), ("silent", 1), ("refused-token:5", 1)] as [(String, Int32)] {
            try await EventLoop.with { loop in
                // Short where no answer is to come only.
                let timeout = fault == "silent" ? "1" : "50"
                let arguments = ["simulate", "--once", "--fault", fault, "--"] + command + [timeout]
                let result = try await RunningTool.start(arguments, on: loop).end()
                #expect(result.status == .exited(status), "\(fault): \(result.errors)")
            }
        }
        for fault in ["spilt", "split:0", "late:5", "random:x"] {
            let result = try await Tool.run("simulate", "--fault", fault, "--", "true")
            #expect(result.status == .exited(2), "\(fault)")
            #expect(result.errors.contains("'\(fault)'"), "\(result.errors)")
        }
        let random = try await Tool.run("simulate", "--fault", "random", "--", "true")
        #expect(random.errors.contains("ggipc: faults: random:"), "\(random.errors)")
    }

    @Test("Findings are summed up with their remedy, and make a strict run fail")
    func findings() async throws {
        let call = [Tool.path, "call", "GetConfiguration", #"{"keyPath": null}"#]
        try await EventLoop.with { loop in
            let strict = ["simulate", "--strict", "--nucleus", "lite", "--once", "--"] + call
            let result = try await RunningTool.start(strict, on: loop).end()
            #expect(result.status == .exited(1))
            #expect(result.errors.contains("null-member, once: "), "\(result.errors)")
            #expect(result.errors.contains("in aws.greengrass#GetConfiguration\n    remedy: leave the member out"))
        }
    }

    @Test("Wrong files, sockets and commands are answered with what was expected")
    func unusable() async throws {
        try await withDirectory { directory in
            let file = directory + "/c.yaml"
            try Files.replace(file, with: Array("a: [1,\nb".utf8))
            try Files.replace(directory + "/list.json", with: Array("\n [1]".utf8))
            try Files.replace(directory + "/r.yaml", with: Array("RecipeFormatVersion: 2020-01-25\nX: 1".utf8))
            let long = directory + "/" + String(repeating: "x", count: 120)
            let cases: [([String], String)] = [
                (["--configuration", file], "\(file):"),
                (["--configuration", directory + "/list.json"], "list.json:2:2: expected a configuration to be a map"),
                (["--configuration", directory + "/none"], "No such file"),
                (["--recipe", directory + "/r.yaml"], "r.yaml:1:1: expected ComponentName in this map"),
                (["--socket", long], "at most 107 are possible"),
                (["--socket", directory + "/none/s"], "No such file or directory"),
                (["--", "no-such-command"], "no-such-command: there is no such command"),
            ]
            for (arguments, complaint) in cases {
                try await EventLoop.with { loop in
                    let result = try await RunningTool.start(["simulate"] + arguments, on: loop).end()
                    #expect(result.status == .exited(1), "\(arguments)")
                    #expect(result.errors.contains(complaint), "\(result.errors)")
                }
            }
            let other = try await NucleusSimulator.start(.init(socketPath: directory + "/s"))
            let taken = try await Tool.run("simulate", "--socket", directory + "/s")
            await other.stop()
            #expect(taken.status == .exited(1))
            #expect(taken.errors.contains("Address already in use"), "\(taken.errors)")
        }
    }
}
