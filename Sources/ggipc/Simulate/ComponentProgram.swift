// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPCTesting
import GreengrassRecipe

/// What is run as the component: a command, or the scripts of a recipe.
struct ComponentProgram: Sendable {
    var run: Launch?
    /// Run once before.
    var install: Launch?

    struct Launch: Sendable {
        var command: [String]
        /// On top of what every component gets.
        var environment: [String: String] = [:]
    }

    /// A command of the command line. The component's working directory is another one, so files that are named from
    /// here are named in full.
    init(command: [String]) {
        run = Launch(command: command.enumerated().map { Self.absolute($0.element, isProgram: $0.offset == 0) })
    }

    /// The scripts of a recipe.
    ///
    /// - Throws: `DocumentError` if no manifest fits, or Nucleus Lite could not read a script.
    init(_ recipe: Recipe, _ manifest: Recipe.Manifest, _ variables: RecipeVariables) throws(DocumentError) {
        func launch(_ script: Recipe.Script?) throws(DocumentError) -> Launch? {
            guard let script else { return nil }
            var environment: [String: String] = [:]
            for (name, value) in manifest.lifecycle.environment.merging(script.environment, uniquingKeysWith: { $1 }) {
                environment[name] = try variables.resolve(value)
            }
            return Launch(command: ["/bin/sh", "-c", try variables.resolve(script.text)], environment: environment)
        }
        run = try launch(manifest.lifecycle[.run] ?? manifest.lifecycle[.startup])
        let script = manifest.lifecycle[.install]
        if let condition = script?.skipIf, Self.holds(try variables.resolve(condition)) { return }
        install = try launch(script)
    }

    /// `exists FILE` or `onpath COMMAND`.
    private static func holds(_ condition: String) -> Bool {
        let words = condition.split(separator: " ", maxSplits: 1).map(String.init)
        guard words.count == 2 else { return false }
        switch words[0].lowercased() {
        case "exists": return Files.exists(words[1])
        case "onpath": return ChildConfiguration.path(of: words[1]) != nil
        default: return false
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
