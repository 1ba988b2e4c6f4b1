// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting
@testable import ggipc

@Suite("ggipc replay --as client", .timeLimit(.minutes(1)))
struct ClientReplayTests {
    /// Records a call to a simulated nucleus whose component has a port.
    private static func record(to file: String, _ nucleus: NucleusSimulator) async throws {
        let environment = try await nucleus.environment(forComponent: "com.example.A")
        let command = ["record", "--output", file, "--", Tool.path, "call", "GetConfiguration", "{\"keyPath\": []}"]
        try await EventLoop.with { loop in
            let result = try await RunningTool.start(command, environment: environment, on: loop).end()
            #expect(result.status == .exited(0), "\(result.errors)")
        }
    }

    private static func nucleus(port: JSONValue, _ dialect: Dialect) async throws -> NucleusSimulator {
        let component = SimulatedComponent(name: "com.example.A", configuration: ["port": port])
        return try await NucleusSimulator.start(.init(dialect: dialect, components: [component]))
    }

    @Test("A nucleus that answers as recorded, with another token, and one that does not", arguments: Dialect.allCases)
    func replay(dialect: Dialect) async throws {
        try await withDirectory { directory in
            let file = directory + "/session.ndjson"
            let first = try await Self.nucleus(port: 80, dialect)
            try await Self.record(to: file, first)
            await first.stop()
            for port in [80, 81] as [JSONValue] {
                let other = try await Self.nucleus(port: port, dialect)
                let environment = try await other.environment(forComponent: "com.example.A")
                let result = try await Tool.run(
                    "replay",
                    "--input",
                    file,
                    "--as",
                    "client",
                    environment: environment
                )
                await other.stop()
                #expect(result.status == .exited(port == 80 ? 0 : 1), "\(result.errors)")
                if port == 80 {
                    #expect(result.errors.contains("2 messages on 1 connections as recorded"))
                } else {
                    #expect(result.errors.contains("connection 1\n  stream 1: differs: payload.value"))
                    #expect(result.errors.contains("recorded 80, got 81"))
                }
            }
        }
    }

    @Test("What a server makes up is sent back to it as it calls it")
    func identifiers() async throws {
        try await withDirectory { directory in
            let file = directory + "/session.ndjson"
            var setup = NucleusSimulator.Configuration(components: [SimulatedComponent(name: "com.example.A")])
            setup.clientDevices = [SimulatedClientDevice(thing: "device", certificate: "c")]
            let credential = #"{"credential":{"mqttCredential":{"clientId":"device","certificatePem":"c"}}}"#
            let script = #"""
                token=$("$0" call GetClientDeviceAuthToken '\#(credential)' | sed 's/.*"clientDeviceAuthToken": *"\([^"]*\)".*/\1/')
                "$0" call AuthorizeClientDeviceAction \
                    "{\"clientDeviceAuthToken\":\"$token\",\"operation\":\"mqtt:connect\",\"resource\":\"r\"}"
                """#
            let first = try await NucleusSimulator.start(setup)
            var environment = try await first.environment(forComponent: "com.example.A")
            environment["PATH"] = "/usr/bin:/bin"
            let command = ["record", "--output", file, "--", "sh", "-c", script, Tool.path]
            let recorded = try await EventLoop.with { [environment] loop in
                try await RunningTool.start(command, environment: environment, on: loop).end()
            }
            await first.stop()
            #expect(recorded.status == .exited(0), "\(recorded.errors)")
            #expect(recorded.text.contains("true"), "\(recorded.text)")

            let second = try await NucleusSimulator.start(setup)
            environment = try await second.environment(forComponent: "com.example.A")
            let replayed = try await Tool.run("replay", "--input", file, "--as", "client", environment: environment)
            await second.stop()
            #expect(replayed.status == .exited(0), "\(replayed.errors)")
            #expect(replayed.errors.contains("4 messages on 2 connections as recorded"), "\(replayed.errors)")
        }
    }

    @Test("The real nucleus's refusal of a bad token is what the simulated one does")
    func badToken() async throws {
        let session = try TestFiles.session("classic-js-bad-token")
        #expect(ReplayCommand.acceptedTokens(session).isEmpty)
        #expect(ReplayCommand.acceptedTokens(try TestFiles.session("classic-js-notify")).count == 1)
        let nucleus = try await Self.nucleus(port: 80, .classic)
        let result = try await Tool.run(
            "replay",
            "--input",
            TestFiles.recording("classic-js-bad-token"),
            "--as",
            "client",
            "--socket",
            nucleus.socketPath,
            environment: ["SVCUID": "ABCDEFGHIJKLMNOP"]
        )
        await nucleus.stop()
        #expect(result.status == .exited(0), "\(result.errors)")
    }

    @Test("Nobody there, a file that is cut off, and one of something else")
    func unusable() async throws {
        try await withDirectory { directory in
            let recording = TestFiles.recording("classic-js-bad-token")
            let nobody = try await Tool.run(
                "replay",
                "--input",
                recording,
                "--as",
                "client",
                "--socket",
                "\(directory)/s"
            )
            #expect(nobody.status == .exited(1))
            #expect(nobody.errors.contains("\(directory)/s: connect: No such file or directory"))

            let bytes = try Files.read(recording)
            let file = directory + "/cut.ndjson"
            try Files.replace(file, with: bytes.dropLast(20) + [])
            let cut = try await Tool.run("replay", "--input", file, "--as", "client", "--socket", "x")
            #expect(cut.status == .exited(1))
            let lines = bytes.count { $0 == UInt8(ascii: "\n") }
            #expect(cut.errors.contains("\(file): line \(lines): "), "\(cut.errors)")

            try Files.replace(file, with: Array(#"{"version": 9, "frames": []}"#.utf8))
            let other = try await Tool.run("replay", "--input", file, "--as", "client", "--socket", "x")
            #expect(other.status == .exited(1))
            #expect(other.errors.contains("\(file): line 1: "), "\(other.errors)")
            try Files.replace(file, with: [])
            let empty = try await Tool.run("replay", "--input", file)
            #expect(empty.errors.contains("there is nothing in this recording"))
        }
    }
}
