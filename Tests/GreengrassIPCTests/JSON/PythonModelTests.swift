// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import Foundation
import Testing

@testable import GreengrassIPC

/// What our types write, read by the official Python SDK's classes.
@Suite(.timeLimit(.minutes(1)))
struct PythonModelTests {
    private static let package = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")

    /// What Python makes of payloads, by the sample's identifier.
    private static func reread(_ lines: String) async throws -> [String: JSONValue] {
        let directory = try Files.makeTemporaryDirectory(prefix: "models-")
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try Files.replace(directory + "/payloads.ndjson", with: Array(lines.utf8))
        return try await EventLoop.with { loop in
            let process = try await AgentProcess.launch(
                package + "/.venv/interoperation/bin/python",
                arguments: [package + "/Tests/Interoperation/models.py", "payloads.ndjson"],
                environment: ["PATH": "/usr/bin:/bin"],
                workingDirectory: directory,
                loop: loop
            )
            let status = await process.waitForExit()
            let lines = await process.records.map(\.line)
            #expect(status == .exited(0), "\(lines.joined(separator: "\n"))")
            var payloads: [String: JSONValue] = [:]
            for line in lines {
                let entry = try JSONValue(jsonText: line)
                if let id = entry["id"]?.stringValue { payloads[id] = entry["payload"] }
            }
            return payloads
        }
    }

    @Test("The official SDK's classes read what our types write as the same value")
    func read() async throws {
        let samples = SamplePayloadTests.samples(of: "both")
        var written: [String: JSONValue] = [:]
        var lines = ""
        for sample in samples {
            let type = try #require(ShapeTable.types[sample.shape])
            let payload = try JSONValue(jsonText: try SamplePayloadTests.rewritten(sample.text, as: type))
            written[sample.id] = payload
            let entry: JSONValue = ["id": .string(sample.id), "shape": .string(sample.shape), "payload": payload]
            lines += try entry.jsonText() + "\n"
        }
        let reread = try await Self.reread(lines)
        #expect(reread.count == samples.count)
        for (id, payload) in written.sorted(by: { $0.key < $1.key }) { #expect(reread[id] == payload, "\(id)") }
        let requests = ShapeTable.types.keys.filter { $0.hasSuffix("Request") }
        #expect(Set(requests).subtracting(samples.map(\.shape)) == [])
    }
}
