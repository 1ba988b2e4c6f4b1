// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import Foundation
import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// The recipe that is deployed, run as it is.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct RecipeTests {
    private static let package = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    private static let token = "0123456789ABCDEF"

    /// What the recipe's archive holds on a device: the agent, and localproxy beside it.
    private func makeArtifacts(_ directory: TestDirectory) throws -> String {
        #if arch(x86_64)
            let archive = "iot-tunnel-agent-x86_64"
        #else
            let archive = "iot-tunnel-agent-aarch64"
        #endif
        let artifacts = directory.path + "/artifacts"
        let folder = "\(artifacts)/\(archive)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (program, name) in [(Programs.agent, "iot-tunnel-agent"), (Programs.standIn, "localproxy")] {
            try FileManager.default.copyItem(atPath: program, toPath: "\(folder)/\(name)")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
        }
        return artifacts
    }

    private func simulate(_ dialect: Dialect, _ directory: TestDirectory, _ loop: EventLoop) async throws
        -> AgentProcess
    {
        // A right of its own, so that this test can publish what AWS does.
        let publishing = #"""
            {"accessControl": {"aws.greengrass.ipc.mqttproxy": {"test:1": {
              "operations": ["aws.greengrass#PublishToIoTCore"], "resources": ["$aws/things/+/tunnels/notify"]}}}}
            """#
        let arguments = [
            "simulate", "--strict", "--nucleus", dialect.rawValue, "--recipe", Self.package + "/recipe.yaml",
            "--artifacts", try makeArtifacts(directory), "--configuration", try directory.write("c.json", publishing),
            "--component", "\(AgentTest.component)=\(Self.token)", "--socket", directory.path + "/ipc.socket",
            "--root", directory.path,
        ]
        var environment = ["PATH": "/usr/bin:/bin"]
        for name in ["TSAN_OPTIONS", "ASAN_OPTIONS", "LSAN_OPTIONS"] {
            environment[name] = CurrentProcess.environment(name)
        }
        return try await AgentProcess.launch(
            Programs.tool,
            arguments: arguments,
            environment: environment,
            workingDirectory: directory.path,
            loop: loop
        )
    }

    @Test(arguments: Dialect.allCases)
    func `The recipe's own script runs a tunnel`(_ dialect: Dialect) async throws {
        let directory = try TestDirectory()
        defer { directory.remove() }
        try await EventLoop.with { loop in
            try await withTaskExecutorPreference(loop) {
                let tool = try await simulate(dialect, directory, loop)
                do {
                    try await tool.wait(for: "subscribed", timeout: .seconds(50))
                    let mark = AgentTest.makeMark()
                    let payload = Notifications.payload(token: "\(mark)-connected-n1")
                    let configuration = GreengrassIPCConfiguration(
                        socketPath: directory.path + "/ipc.socket",
                        authentication: .svcuid(Self.token)
                    )
                    try await withGreengrassIPC(configuration) { client in
                        try await client.publishToIoTCore(
                            topicName: AgentTest.topic,
                            qos: .atLeastOnce,
                            payload: payload
                        )
                    }
                    try await tool.wait(for: "tunnel-connected", timeout: .seconds(50))
                    let programs = directory.processes().compactMap { ProcessTable.link($0, "exe") }
                    #expect(programs.contains { $0.hasSuffix("/iot-tunnel-agent") }, "\(programs)")
                    #expect(programs.contains { $0.hasSuffix("/localproxy") }, "\(programs)")
                    #expect(programs.allSatisfy { $0.hasPrefix(directory.path + "/artifacts/") }, "\(programs)")
                } catch {
                    await tool.stop(signal: SignalSource.kill)
                    throw error
                }
                // Strict: a finding would be exit status 1.
                let status = await tool.stop()
                let log = await tool.records.map(\.line).joined(separator: "\n")
                #expect(status == .exited(0), "\(log)")
                #expect(await tool.has("stopping"))
                try await loop.eventually("no process is left") { directory.processes().isEmpty }
            }
        }
    }
}
