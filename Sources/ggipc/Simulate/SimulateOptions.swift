// SPDX-License-Identifier: Apache-2.0

import CommandArguments
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import GreengrassRecipe

/// What the command line of `ggipc simulate` asks for.
struct SimulateOptions {
    var configuration = NucleusSimulator.Configuration()
    var isStrict = false
    var command: [String] = []
    var recipe: RecipeFile?
    /// Whether a component that fails is started again.
    var relaunches = true
    /// The nucleus's directory; `nil` for a fresh one.
    var root: String?

    init(_ arguments: ParsedArguments) throws {
        if let thing = CurrentProcess.environment("AWS_IOT_THING_NAME"), !thing.isEmpty {
            configuration.thingName = thing
        }
        if let thing = arguments["--thing-name"] { configuration.thingName = thing }
        // The component runs in another directory.
        configuration.socketPath = arguments["--socket"].map(Self.absolute)
        configuration.dialect = try arguments.choice("--nucleus", of: Dialect.self) ?? .classic
        isStrict = arguments.has("--strict")
        relaunches = !arguments.has("--once")
        root = arguments["--root"].map(Self.absolute)
        command = arguments.command
        configuration.faults = try arguments.values("--fault").map(Self.fault)
        configuration.components = try arguments.values("--component").map(Self.component)
        let isLite = configuration.dialect == .lite
        if let path = arguments["--recipe"] {
            let file = try RecipeFile(path, artifacts: arguments["--artifacts"].map(Self.absolute), isLite: isLite)
            recipe = file
            try addComponent(of: file.recipe)
        } else if arguments.has("--artifacts") {
            throw UsageError("--artifacts goes with --recipe")
        }
        if configuration.components.isEmpty {
            configuration.components = [SimulatedComponent(name: "com.example.Component", access: .configured)]
        }
        if let path = arguments["--configuration"] {
            let value = try Self.readObject(path, isLite: isLite)
            let default_ = configuration.components[0].configuration
            configuration.components[0].configuration = Self.merge(value, into: default_)
        }
    }

    private static func fault(_ text: String) throws(UsageError) -> SimulatedFault {
        do throws(NucleusSimulatorError) {
            return try SimulatedFault(parsing: text)
        } catch {
            throw UsageError("--fault: \(error.message)")
        }
    }

    private mutating func addComponent(of recipe: Recipe) throws(UsageError) {
        if configuration.components.first?.name != recipe.componentName {
            guard !configuration.components.contains(where: { $0.name == recipe.componentName }) else {
                throw UsageError("--component \(recipe.componentName) must be the first: it is the recipe's")
            }
            configuration.components.insert(SimulatedComponent(name: recipe.componentName), at: 0)
        }
        configuration.components[0].configuration = recipe.defaultConfiguration
        configuration.components[0].version = recipe.componentVersion
        configuration.components[0].access = .configured
    }

    private static func component(_ text: String) throws(UsageError) -> SimulatedComponent {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard !parts[0].isEmpty else { throw UsageError("--component takes NAME or NAME=TOKEN, not '\(text)'") }
        let token = parts.count == 2 ? String(parts[1]) : nil
        // As on a device: without accessControl there is little that a component may do.
        return SimulatedComponent(name: String(parts[0]), token: token, access: .configured)
    }

    private static func readObject(_ path: String, isLite: Bool) throws -> JSONValue {
        let node = try DocumentNode(reading: try Files.read(path), file: path)
        guard case .mapping = node.content else {
            throw DocumentError(file: path, node.position, "expected a configuration to be a map, not \(node.kind)")
        }
        return node.value(isLite ? .lite : .classic)
    }

    /// As a deployment merges: members that are objects in turn, all else is replaced.
    private static func merge(_ value: JSONValue, into old: JSONValue) -> JSONValue {
        guard case .object(let new) = value, case .object(var members) = old else { return value }
        for (name, member) in new { members[name] = members[name].map { merge(member, into: $0) } ?? member }
        return .object(members)
    }

    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let directory = CurrentProcess.workingDirectory else { return path }
        return "\(directory)/\(path)"
    }
}
