// SPDX-License-Identifier: Apache-2.0

import CommandArguments
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting

/// What the command line of `ggipc simulate` asks for.
struct SimulateOptions {
    var configuration = NucleusSimulator.Configuration()
    var isStrict = false
    var command: [String] = []

    init(_ arguments: ParsedArguments) throws {
        if let thing = CurrentProcess.environment("AWS_IOT_THING_NAME"), !thing.isEmpty {
            configuration.thingName = thing
        }
        if let thing = arguments["--thing-name"] { configuration.thingName = thing }
        configuration.socketPath = arguments["--socket"]
        configuration.dialect = try arguments.choice("--nucleus", of: Dialect.self) ?? .classic
        isStrict = arguments.has("--strict")
        command = arguments.command
        configuration.components = try arguments.values("--component").map(Self.component)
        if configuration.components.isEmpty {
            configuration.components = [SimulatedComponent(name: "com.example.Component", access: .configured)]
        }
        if let path = arguments["--configuration"] {
            configuration.components[0].configuration = try Self.readJSON(path)
        }
    }

    private static func component(_ text: String) throws(UsageError) -> SimulatedComponent {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard !parts[0].isEmpty else { throw UsageError("--component takes NAME or NAME=TOKEN, not '\(text)'") }
        let token = parts.count == 2 ? String(parts[1]) : nil
        // As on a device: without accessControl there is little that a component may do.
        return SimulatedComponent(name: String(parts[0]), token: token, access: .configured)
    }

    private static func readJSON(_ path: String) throws(CommandFailure) -> JSONValue {
        do {
            let value = try JSONValue(jsonBytes: try Files.read(path))
            if case .object = value { return value }
        } catch {
            throw CommandFailure("\(path): \(error)")
        }
        throw CommandFailure("\(path): not a JSON object")
    }
}
