// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CommandTests {
    @Test("A model that is wrong ends the command with status 1, and it says where")
    func wrongModel() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let model = folder.appending(path: "model.json")
        let adjustments = folder.appending(path: "adjustments.json")
        try Data(ModelFixture.replacing("\"integer\"", "\"number\"").utf8).write(to: model)
        try Data(ModelFixture.adjustments.utf8).write(to: adjustments)

        let tests = URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        let process = Process()
        let output = Pipe()
        process.executableURL = tests.deletingLastPathComponent().appending(path: "IPCCodegen")
        process.arguments = [model.path, adjustments.path, "0", folder.path, folder.path]
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 1)
        #expect(text == "IPCCodegen: structures.PutThingRequest.members.count: unknown type number\n")
    }
}
