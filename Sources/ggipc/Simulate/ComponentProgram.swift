// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPCTesting
import GreengrassRecipe

/// What is run as the component: a command, or the scripts of a recipe.
struct ComponentProgram: Sendable {
    var run: Launch?
    /// Whether `run` is a `startup` script, whose end without an error means that the component runs.
    var runsOn = false
    /// Run once before.
    var install: Launch?
    /// Run at each end of the component, while its process is still there if the nucleus ends it.
    var shutdown: Launch?
    /// Run after an error.
    var recover: Launch?
    /// Steps of the recipe that the nucleus does not know.
    var ignored: [Recipe.Step] = []

    struct Launch: Sendable {
        var command: [String]
        /// On top of what every component gets.
        var environment: [String: String] = [:]
        /// Nil is no limit.
        var timeout: Duration?
    }

    /// A command of the command line. The component's working directory is another one, so files that are named from
    /// here are named in full.
    init(command: [String]) {
        run = Launch(command: command.enumerated().map { Self.absolute($0.element, isProgram: $0.offset == 0) })
    }

    /// The scripts of a recipe.
    ///
    /// - Throws: `DocumentError` if Nucleus Lite could not read a script.
    init(_ manifest: Recipe.Manifest, _ variables: RecipeVariables) throws(DocumentError) {
        let reader = ScriptReader(lifecycle: manifest.lifecycle, variables: variables)
        runsOn = manifest.lifecycle[.run] == nil && manifest.lifecycle[.startup] != nil
        run = try reader.launch(runsOn ? .startup : .run)
        install = try reader.launch(.install)
        if variables.isLite {
            ignored = [.shutdown, .recover].filter { manifest.lifecycle[$0] != nil }
        } else {
            shutdown = try reader.launch(.shutdown)
            recover = try reader.launch(.recover)
        }
    }

    static func absolute(_ word: String, isProgram: Bool = false) -> String {
        let namesFile = isProgram ? word.contains("/") : word.contains("/") || word.contains(".")
        guard namesFile, !word.hasPrefix("/"), Files.kind(word) != .missing,
            let directory = CurrentProcess.workingDirectory
        else { return word }
        return "\(directory)/\(word)"
    }
}

/// Makes commands of a recipe's scripts.
private struct ScriptReader {
    let lifecycle: Recipe.Lifecycle
    let variables: RecipeVariables

    /// Nil when there is no such step, or it is to be skipped.
    func launch(_ step: Recipe.Step) throws(DocumentError) -> ComponentProgram.Launch? {
        guard let script = lifecycle[step] else { return nil }
        if let condition = script.skipIf, !variables.isLite, Self.holds(try variables.resolve(condition)) { return nil }
        var environment: [String: String] = [:]
        for (name, value) in lifecycle.environment.merging(script.environment, uniquingKeysWith: { $1 }) {
            environment[name] = try variables.resolve(value)
        }
        return ComponentProgram.Launch(
            command: ["/bin/sh", "-c", try variables.resolve(script.text)],
            environment: environment,
            timeout: try timeout(script, step)
        )
    }

    private func timeout(_ script: Recipe.Script, _ step: Recipe.Step) throws(DocumentError) -> Duration? {
        if let text = script.timeout, let seconds = Int(try variables.resolve(text)) { return .seconds(seconds) }
        return switch step {
        case .run, .uninstall: nil
        case .bootstrap, .install, .startup: .seconds(120)
        case .recover: .seconds(60)
        case .shutdown: .seconds(15)
        }
    }

    /// `exists FILE` or `onpath COMMAND`, after a `!` the opposite.
    private static func holds(_ condition: String) -> Bool {
        let isNegated = condition.hasPrefix("!")
        let words = condition.drop { $0 == "!" || $0 == " " }.split(separator: " ", maxSplits: 1).map(String.init)
        guard words.count == 2 else { return false }
        switch words[0].lowercased() {
        case "exists": return Files.exists(words[1]) != isNegated
        case "onpath": return (ChildConfiguration.path(of: words[1]) != nil) != isNegated
        default: return false
        }
    }
}
