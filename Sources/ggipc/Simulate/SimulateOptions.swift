// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPC
import GreengrassIPCTesting

/// What the command line of `ggipc simulate` asks for.
struct SimulateOptions {
    var configuration = NucleusSimulator.Configuration()
    var isStrict = false
    var command: [String] = []
    private var configurationFile: String?

    /// A command line that cannot be understood, or a file that cannot be read.
    struct Failure: Error {
        var message: String
    }

    init(_ arguments: [String], environment: (String) -> String?) throws(Failure) {
        if let thing = environment("AWS_IOT_THING_NAME"), !thing.isEmpty { configuration.thingName = thing }
        var rest = arguments[...]
        while let option = rest.popFirst() {
            if option == "--" {
                command = Array(rest)
                break
            }
            if option == "--strict" {
                isStrict = true
                continue
            }
            guard let name = Option(rawValue: option) else { throw Failure(message: "unknown option \(option)") }
            guard let value = rest.popFirst() else { throw Failure(message: "\(option) needs a value") }
            try apply(name, value)
        }
        if configuration.components.isEmpty {
            configuration.components = [SimulatedComponent(name: "com.example.Component")]
        }
        if let configurationFile { configuration.components[0].configuration = try Self.readJSON(configurationFile) }
    }

    private enum Option: String {
        case socket = "--socket"
        case nucleus = "--nucleus"
        case component = "--component"
        case configuration = "--configuration"
        case thingName = "--thing-name"
    }

    private mutating func apply(_ option: Option, _ value: String) throws(Failure) {
        switch option {
        case .socket: configuration.socketPath = value
        case .nucleus:
            guard let dialect = Dialect(rawValue: value) else {
                throw Failure(message: "--nucleus is classic or lite, not \(value)")
            }
            configuration.dialect = dialect
        case .component:
            let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard !parts[0].isEmpty else { throw Failure(message: "--component needs a name") }
            let token = parts.count == 2 ? String(parts[1]) : nil
            configuration.components.append(SimulatedComponent(name: String(parts[0]), token: token))
        case .configuration: configurationFile = value
        case .thingName: configuration.thingName = value
        }
    }

    private static func readJSON(_ path: String) throws(Failure) -> JSONValue {
        do {
            let value = try JSONValue(jsonBytes: try Files.read(path))
            if case .object = value { return value }
        } catch {
            throw Failure(message: "\(path): \(error)")
        }
        throw Failure(message: "\(path): not a JSON object")
    }
}
