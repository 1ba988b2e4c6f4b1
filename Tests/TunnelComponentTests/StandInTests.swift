// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import TunnelComponent

/// The stand-in for the proxy must behave as the recorded real one, or tests with it prove nothing.
@Suite(.timeLimit(.minutes(1)))
struct StandInTests {
    static let clientToken = "01234567-89ab-4cde-8f01-23456789abcd"

    private struct Result {
        var status: Int32 = 0
        var isSignal = false
        var output: [String] = []
        var errors: [String] = []
    }

    /// Runs it to its end, with `input` on a pipe.
    private func run(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws -> Result {
        let process = Process()
        let (standardInput, output, errors) = (Pipe(), Pipe(), Pipe())
        // `timeout` passes on how it ended, and ends it should it not.
        process.executableURL = URL(filePath: "/usr/bin/timeout")
        process.arguments = try ["-s", "KILL", "20", Self.binary().path] + arguments
        process.environment = environment
        process.standardInput = standardInput
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        // What it prints fits a pipe, so one can be read after the other.
        let (printed, logged) = try (output.fileHandleForReading.readToEnd(), errors.fileHandleForReading.readToEnd())
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus,
            isSignal: process.terminationReason == .uncaughtSignal,
            output: Self.lines(printed),
            errors: Self.lines(logged)
        )
    }

    private static func lines(_ data: Data?) -> [String] {
        String(decoding: data ?? Data(), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// It is built beside the tests.
    private static func binary() throws -> URL {
        let tests = URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        return tests.deletingLastPathComponent().appending(path: "localproxy-stand-in")
    }

    /// A recorded run that ends by itself: its name, arguments, exit code and what it logged, without time and thread.
    struct Recorded: CustomTestStringConvertible, Sendable {
        var name = ""
        var arguments: [String] = []
        var status: Int32 = 0
        var errors: [String] = []

        var testDescription: String { name }
    }

    static let names = [
        "noargs", "unknown-option", "no-token", "no-region", "no-mode", "both", "s-and-d", "bad-mode",
        "bad-client-token",
        "bad-port", "endpoint-with-scheme",
    ]

    static func recordings() throws -> [Recorded] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Recordings/localproxy-errors.txt"
        )
        var found: [Recorded] = []
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            if line.hasPrefix("=== ") {
                let parts = line.dropFirst(4).split(
                    separator: ": localproxy",
                    maxSplits: 1,
                    omittingEmptySubsequences: false
                )
                guard parts.count == 2 else { continue }
                let arguments = parts[1].split(separator: " ").map(String.init)
                found.append(Recorded(name: String(parts[0]), arguments: arguments))
            } else if let code = line.firstMatch(of: /rc=(\d+)/)?.output.1, !found.isEmpty {
                found[found.count - 1].status = Int32(code) ?? -1
            } else if line.hasPrefix("    err: "), !found.isEmpty {
                found[found.count - 1].errors.append(plain(line.dropFirst(9)))
            }
        }
        return found.filter { names.contains($0.name) }
    }

    /// `[level] text`, or the text alone.
    private static func plain(_ line: some StringProtocol) -> String {
        let (level, text) = LocalproxyLine.split(Substring(line))
        return level.map { "[\($0)] \(text)" } ?? String(text)
    }

    @Test(arguments: try recordings())
    func `Wrong options are refused as recorded`(_ recorded: Recorded) throws {
        let found = try run(recorded.arguments)
        #expect(found.errors.map(Self.plain) == recorded.errors)
        #expect(found.status == recorded.status)
        #expect(found.output.count == 1)
    }

    @Test func `All the recordings meant are there`() throws {
        #expect(try Set(Self.recordings().map(\.name)) == Set(Self.names))
    }

    @Test func `Arguments with blanks are refused as recorded`() throws {
        let region = try run(["-t", "x", "-r", "US East", "-d", "22"])
        #expect(region.status == 1)
        #expect(
            region.errors.last?.hasSuffix("[fatal] Region must contain only lowercase letters, numbers, and hyphens")
                == true
        )
        let service = try run(["-t", "x", "-e", "localhost:9443", "-d", "SS H=22"])
        #expect(service.status == 1)
        #expect(
            service.errors.last?.hasSuffix(
                "[fatal] Service ID must contain only alphanumeric characters, hyphens, and underscores"
            ) == true
        )
    }

    @Test func `The agent's own command works, with the tokens through the pipe`() throws {
        let payload =
            #"{"clientAccessToken":"AQGAAXl_x=-leak-closed","clientMode":"destination","region":"eu-central-1","services":["SSH","PG"]}"#
        // `leak` would stay for ever; the first word decides, so the order matters here.
        let closing = payload.replacing("leak-closed", with: "closed-10-leak")
        let configuration = AgentConfiguration()
        let command = LocalproxyCommand(
            executable: "",
            plan: try TunnelPlan(TunnelNotification(payload: Array(closing.utf8)), configuration: configuration),
            configuration: configuration,
            clientToken: .random(),
            environment: [:]
        )
        let input = String(decoding: command.standardInput, as: UTF8.self)
        let found = try run(command.arguments, input: input, environment: command.environment)
        #expect(found.status == 0)
        #expect(found.output.first?.hasPrefix("Running AWS IoT Secure Tunneling Local Proxy version: v3.3.1+") == true)
        let lines = found.errors.map { LocalproxyLine($0) }
        #expect(lines.contains(.connected))
        #expect(
            lines.contains(.connecting(endpoint: "wss://data.tunneling.iot.eu-central-1.amazonaws.com:443"))
        )
        #expect(lines.contains(.other("PG = 127.0.0.1:9876")))
        #expect(lines.last == .closed(code: 1000, reason: "stand-in closes"))
        #expect(!found.errors.joined().contains("supplied via CLI"))
    }

    @Test(arguments: [
        ("refused-404", 0, LocalproxyLine.refused(status: 404, text: "stand-in says 404")),
        ("cut", 0, .dropped("the service dropped the connection during the handshake")),
        (
            "mapping", 1,
            .wrongConfiguration(
                "Wrong configurations detected in local proxy. Please starts local proxy with right sets of service ids."
            )
        ),
        ("otherversion", 0, .refused(status: 403, text: "stand-in says 403")),
    ])
    func `The token decides how it ends`(_ token: String, _ status: Int, _ last: LocalproxyLine) throws {
        let found = try run(
            ["-r", "us-east-1", "-d", "SSH=127.0.0.1:22"],
            environment: ["AWSIOT_TUNNEL_ACCESS_TOKEN": token]
        )
        #expect(found.status == Int32(status))
        #expect(found.errors.last.map { LocalproxyLine($0) } == last)
    }

    @Test(arguments: [("crash-1", SIGSEGV), ("abort", SIGABRT)])
    func `It dies of a signal`(_ token: String, _ signal: Int32) throws {
        let found = try run(["-r", "us-east-1", "-d", "22"], environment: ["AWSIOT_TUNNEL_ACCESS_TOKEN": token])
        #expect(found.isSignal)
        #expect(found.status == signal)
    }

    @Test func `Arguments go before the file, the file before the environment`() throws {
        let input =
            "# a comment\nregion = eu-west-1 # another\naccess-token = refused-402\nclient-token = \(Self.clientToken)\n"
        let environment = ["AWSIOT_TUNNEL_ACCESS_TOKEN": "refused-401"]
        let file = try run(["-d", "22", "--config=/dev/stdin"], input: input, environment: environment)
        #expect(file.errors.last?.contains("402") == true)
        #expect(file.errors.contains { $0.contains("iot.eu-west-1.") })
        let argument = try run(
            ["-trefused-403", "-d22", "--config", "/dev/stdin"],
            input: input,
            environment: environment
        )
        #expect(argument.errors.last?.contains("403") == true)
        let stray = try run(
            ["-d", "22", "-r", "x"],
            environment: ["AWSIOT_TUNNEL_ENDPOINT": "e", "AWSIOT_TUNNEL_ACCESS_TOKEN": "t"]
        )
        #expect(stray.errors.first == "Must specify one and only one of --region/-r or --proxy-endpoint/-e options")
    }

    @Test func `Help and version end well`() throws {
        for option in ["--help", "-h", "--version", "-V"] {
            let found = try run([option])
            #expect(found.status == 0)
            #expect(found.errors.isEmpty)
            #expect(!found.output.isEmpty)
        }
    }
}
