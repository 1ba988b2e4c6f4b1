// SPDX-License-Identifier: Apache-2.0

import CommandArguments
import EventReactor
import GreengrassIPC

/// What `ggipc call` and `ggipc subscribe` have in common: whom to ask, as whom, and what.
struct ClientOptions: Sendable {
    var configuration: GreengrassIPCConfiguration
    /// The operation's full name.
    let operation: String
    let request: JSONValue
    let style: JSONStyle

    private static let namespace = "aws.greengrass#"

    init(_ arguments: ParsedArguments, wantsEvents: Bool) throws {
        operation = try Self.operation(arguments.operands[0])
        let known = OperationDescriptor.all.first { [operation] in $0.name == operation }
        if let known, (known.eventShape != nil) != wantsEvents {
            let (fact, verb) = wantsEvents ? ("brings no events", "call") : ("brings events", "subscribe")
            throw UsageError("\(arguments.operands[0]) \(fact): ggipc \(verb) \(arguments.operands[0])")
        }
        request = try Self.request(arguments.operands.count > 1 ? arguments.operands[1] : "{}")
        let path = try arguments["--socket"] ?? ComponentEnvironment.socketPath(orOption: "--socket PATH")
        configuration = GreengrassIPCConfiguration(socketPath: path, authentication: try Self.authentication(arguments))
        let colour = try arguments.choice("--color", of: ColourChoice.self) ?? .auto
        style = JSONStyle(isIndented: arguments.has("--pretty"), isColoured: colour.isOn(for: 1))
    }

    private static func authentication(
        _ arguments: ParsedArguments
    ) throws(CommandFailure) -> GreengrassIPCConfiguration.Authentication {
        if let name = arguments["--component"] { return .componentName(name) }
        let variable = ComponentEnvironment.tokenVariable
        if let token = CurrentProcess.environment(variable), !token.isEmpty { return .svcuid(token) }
        throw CommandFailure(
            "\(variable) is not set: run this with a component's environment, or give --component NAME on Nucleus Lite"
        )
    }

    /// The operation's full name, whatever the case of its letters. Only one that is spelled out with its namespace may
    /// be none that this program knows.
    static func operation(_ word: String) throws(UsageError) -> String {
        if word.contains("#") { return word }
        let known = OperationDescriptor.all.map { String($0.name.dropFirst(namespace.count)) }
        if let name = known.first(where: { $0.lowercased() == word.lowercased() }) { return namespace + name }
        throw Suggestion.unknown("operation", word, among: known)
    }

    private static func request(_ word: String) throws -> JSONValue {
        let bytes = word == "-" ? try Files.read("-") : Array(word.utf8)
        do throws(JSONError) {
            let value = try JSONValue(jsonBytes: bytes)
            if case .object = value { return value }
        } catch {
            throw UsageError("the request is not JSON: \(error.message) at byte \(error.offset)")
        }
        throw UsageError("the request is a JSON object, such as '{\"topic\": \"a/b\"}'")
    }

    /// One answer or event, as a line.
    func print(_ value: JSONValue) throws {
        CurrentProcess.write(style.text(try value.jsonBytes()) + [UInt8(ascii: "\n")], to: 1)
    }
}
