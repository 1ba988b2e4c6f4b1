// SPDX-License-Identifier: Apache-2.0

import CommandArguments
import EventReactor

/// `ggipc record`.
struct RecordCommand {
    private let listen: String?
    private let upstream: String
    private let output: String
    private let redacts: Bool
    private let command: [String]

    init(_ arguments: ParsedArguments) throws {
        guard let output = arguments["--output"] else { throw UsageError("--output FILE is missing") }
        self.output = output
        listen = arguments["--listen"]
        command = arguments.command
        redacts = arguments.has("--redact")
        if listen == nil, command.isEmpty { throw UsageError("--listen PATH is missing") }
        upstream = try arguments["--upstream"] ?? ComponentEnvironment.socketPath(orOption: "--upstream PATH")
    }

    func run() throws -> Int32 {
        try EventLoop.run { loop in try await record(on: loop) }
    }

    private func record(on loop: EventLoop) async throws -> Int32 {
        let directory = listen == nil ? try Files.makeTemporaryDirectory(prefix: "ggipc-") : nil
        defer { if let directory { Files.remove(directory) } }
        let path = listen ?? "\(directory ?? "")/ipc.socket"
        let file = try OutputFile(output, mode: 0o600)
        let recorder = try Recorder(listen: path, upstream: upstream, file: file, redacts: redacts, loop: loop)
        defer { recorder.close() }
        let signals = try StopSignals(loop)
        defer { signals.close() }
        CurrentProcess.write("ggipc: listening on \(path)\n", to: 2)
        var status: Int32 = 0
        if command.isEmpty {
            await signals.first()
            // What was sent before the signal may come in one turn with it.
            recorder.catchUp()
        } else {
            let variables = [ComponentEnvironment.socketVariable, ComponentEnvironment.nucleusSocketVariable]
            let child = try RunningCommand(
                ChildConfiguration(command: command, environment: variables.reduce(into: [:]) { $0[$1] = path }),
                loop
            )
            signals.action = { child.send(signal: $0) }
            status = await child.end().shellStatus
            await recorder.untilIdle(.seconds(2))
        }
        CurrentProcess.write("ggipc: \(recorder.entryCount) entries in \(output)\n", to: 2)
        return recorder.failure == nil ? status : 1
    }
}
