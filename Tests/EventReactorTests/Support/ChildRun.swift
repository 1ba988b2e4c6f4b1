// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

/// A child process with its output, run to its end. On the loop's thread.
final class ChildRun: @unchecked Sendable {
    // Safety: touched on the loop's thread only.
    private(set) var child: ChildProcess?
    private(set) var status: EventReactor.ExitStatus?
    private(set) var output: [UInt8] = []
    private(set) var errors: [UInt8] = []
    private(set) var outputReader: PipeReader?
    let hasExited = Happening()
    let outputHasEnded = Happening()
    let outputHasCome = Happening()
    private let errorsHaveEnded = Happening()

    var outputText: String { String(decoding: output, as: UTF8.self) }
    var errorText: String { String(decoding: errors, as: UTF8.self) }

    /// - Parameter input: what the child's standard input holds; none is /dev/null.
    init(_ configuration: ChildConfiguration, input: [UInt8]? = nil, loop: EventLoop) throws {
        var configuration = configuration
        let output = try Pipe()
        let errors = try Pipe()
        configuration.standardOutput = output.writeEnd.number
        configuration.standardError = errors.writeEnd.number
        let inputEnd = if let input { try Pipe.holding(input) } else { FileDescriptor.none }
        if input != nil { configuration.standardInput = inputEnd.number }
        child = try ChildProcess.start(configuration, loop: loop) { [self] status in
            self.status = status
            hasExited.happen()
        }
        outputReader = try Self.reader(output, loop) { [self] event in
            switch event {
            case .bytes(let bytes):
                self.output += bytes
                outputHasCome.happen()
            case .ended: outputHasEnded.happen()
            }
        }
        _ = try Self.reader(errors, loop) { [self] event in
            switch event {
            case .bytes(let bytes): self.errors += bytes
            case .ended: errorsHaveEnded.happen()
            }
        }
    }

    private static func reader(
        _ pipe: consuming Pipe,
        _ loop: EventLoop,
        _ action: @escaping (PipeReader.Event) -> Void
    ) throws -> PipeReader {
        try PipeReader(pipe.takeReadEnd(), loop: loop, action: action)
    }

    /// Waits for the exit and the end of both outputs, which come in any order.
    func finish() async -> EventReactor.ExitStatus? {
        await hasExited.wait()
        await outputHasEnded.wait()
        await errorsHaveEnded.wait()
        return status
    }

    static func shell(_ command: String, loop: EventLoop) throws -> ChildRun {
        try ChildRun(ChildConfiguration(executable: "/bin/sh", arguments: ["-c", command]), loop: loop)
    }
}

/// The test-only executable, which lies beside the tests.
func exercise(_ scenario: String) throws -> ChildConfiguration {
    let path = try #require(CurrentProcess.executablePath)
    let directory = try #require(path.lastIndex(of: "/").map { path[..<$0] })
    return ChildConfiguration(
        executable: directory + "/reactor-exercise",
        arguments: [scenario],
        environment: CurrentProcess.environment
    )
}
