// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassRecipe

/// A recipe, and where what it brings lies.
struct RecipeFile {
    let recipe: Recipe
    let manifest: Recipe.Manifest
    /// The artifacts as they were built, archives among them.
    let artifacts: String

    /// - Parameter artifacts: the folder that the command line names.
    init(_ path: String, artifacts: String?, isLite: Bool) throws {
        var bytes = try Files.read(path)
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        if GDKPlaceholders.occur(in: bytes) {
            let file = folder + "/gdk-config.json"
            guard Files.exists(file) else {
                throw CommandFailure("\(path): {COMPONENT_NAME} and the like need a gdk-config.json beside the recipe")
            }
            bytes = try GDKPlaceholders(gdkConfiguration: try Files.read(file), file: file).replace(in: bytes)
        }
        recipe = try Recipe(reading: bytes, file: path, isLite: isLite)
        do throws(DocumentError) {
            manifest = try recipe.manifest(for: Platform(isLite: isLite))
        } catch {
            throw DocumentError(file: path, error.position, error.message)
        }
        let found = Self.folder(of: recipe, artifacts, besides: folder)
        self.artifacts = found == "." ? CurrentProcess.workingDirectory ?? "." : ComponentProgram.absolute(found + "/.")
    }

    /// Builds and deployment tools lay artifacts out as NAME/VERSION; what lies flat is fine too.
    private static func folder(of recipe: Recipe, _ named: String?, besides folder: String) -> String {
        let tops = named.map { [$0] } ?? ["\(folder)/greengrass-build/artifacts", "\(folder)/../artifacts"]
        // The GDK's version that only the cloud knows.
        for version in [recipe.componentVersion, "NEXT_PATCH"] {
            for top in tops {
                let built = "\(top)/\(recipe.componentName)/\(version)"
                if Files.kind(built) == .directory { return built }
            }
        }
        return named ?? folder
    }
}
