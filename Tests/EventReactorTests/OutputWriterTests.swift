// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Foundation
import Testing

@Suite(.timeLimit(.minutes(1)))
struct OutputWriterTests {
    @Test func `A reader that stalls costs lines and no time, and is told how many`() async throws {
        let pipe = Foundation.Pipe()
        let number = pipe.fileHandleForWriting.fileDescriptor
        try await EventLoop.with { loop in
            try await withTaskExecutorPreference(loop) {
                let writer = OutputWriter(number, loop: loop, limit: 32 * 1024) { "dropped \($0)\n" }
                // Nobody reads; were one write to wait, this would never end.
                for index in 0..<20_000 { writer.write("line \(index) of many\n") }
                #expect(writer.pendingCount <= 32 * 1024)
                let dropped = writer.droppedCount
                #expect(dropped > 10_000)
                var received = Data()
                while writer.pendingCount > 0 {
                    received.append(pipe.fileHandleForReading.availableData)
                    try await loop.sleep(for: .milliseconds(1))
                }
                try pipe.fileHandleForWriting.close()
                received.append(try pipe.fileHandleForReading.readToEnd() ?? Data())
                let lines = String(decoding: received, as: UTF8.self).split(separator: "\n").map(String.init)
                // Every line came whole and in order, or was counted.
                #expect(lines.filter { $0.hasPrefix("dropped") } == ["dropped \(dropped)"])
                #expect(lines.filter { $0.hasPrefix("line") } == (0..<20_000 - dropped).map { "line \($0) of many" })
            }
        }
    }
}
