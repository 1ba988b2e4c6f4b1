// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPC
import Testing

@testable import GreengrassRecipe

@Suite("Recipes", .timeLimit(.minutes(1)))
struct RecipeTests {
    private static func recipe(_ text: String, isLite: Bool = false) throws(DocumentError) -> Recipe {
        try Recipe(reading: Array(text.utf8), file: "recipe.yaml", isLite: isLite)
    }

    private static let head =
        "RecipeFormatVersion: '2020-01-25'\nComponentName: com.example.A\nComponentVersion: 1.0.0\n"

    @Test("This package's own recipe, as both nuclei read it", arguments: [false, true])
    func own(isLite: Bool) throws {
        let folder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let bytes = try Files.read(folder + "/recipe.yaml")
        let gdk = try Files.read(folder + "/gdk-config.json")
        let placeholders = try GDKPlaceholders(gdkConfiguration: gdk, file: "gdk-config.json")
        let recipe = try Recipe(reading: placeholders.replace(in: bytes), file: "recipe.yaml", isLite: isLite)
        #expect(recipe.componentName == placeholders.name)
        let platform = Platform(architecture: "aarch64", isLite: isLite)
        let manifest = try recipe.manifest(for: platform)
        #expect(manifest.lifecycle[.run]?.text.contains("iot-tunnel-agent-aarch64") == true)
        #expect(manifest.artifacts.first?.isZIP == true)
        #expect(recipe.defaultConfiguration["accessControl"]?.objectValue?.isEmpty == false)
    }

    @Test("The development kit's names in braces are found and replaced")
    func placeholders() throws {
        let gdk = #"{"component": {"com.example.B": {"author": "x", "version": "NEXT_PATCH"}}}"#
        let placeholders = try GDKPlaceholders(gdkConfiguration: Array(gdk.utf8), file: "gdk-config.json")
        let text = "a: {COMPONENT_NAME} {COMPONENT_VERSION} {COMPONENT_AUTHOR} COMPONENT_NAME"
        #expect(GDKPlaceholders.occur(in: Array(text.utf8)))
        #expect(!GDKPlaceholders.occur(in: Array("a: COMPONENT_NAME".utf8)))
        let replaced = placeholders.replace(in: Array(text.utf8))
        #expect(String(decoding: replaced, as: UTF8.self) == "a: com.example.B 1.0.0 x COMPONENT_NAME")
    }

    @Test("Numbers of the default configuration are numbers to the classic nucleus and text to lite")
    func configuration() throws {
        let text =
            Self.head + "ComponentConfiguration:\n  DefaultConfiguration:\n    a: 1\n    b: '2'\n    c: {d: true}\n"
        #expect(try Self.recipe(text).defaultConfiguration == ["a": 1, "b": "2", "c": ["d": true]])
        #expect(try Self.recipe(text, isLite: true).defaultConfiguration == ["a": "1", "b": "2", "c": ["d": "true"]])
    }

    @Test("Steps in both forms, with what stands beside the script")
    func steps() throws {
        let text =
            Self.head + """
                Manifests:
                  - Lifecycle:
                      Setenv: {A: 1}
                      install: echo hello
                      run:
                        RequiresPrivilege: "true"
                        Setenv: {B: "{work:path}"}
                        Timeout: 30
                        Skipif: onpath git
                        Script: |
                          exec run

                """
        let lifecycle = try Self.recipe(text).manifest(for: Platform(isLite: false)).lifecycle
        #expect(lifecycle.environment == ["A": "1"])
        #expect(lifecycle[.install] == Recipe.Script(text: "echo hello"))
        let run = try #require(lifecycle[.run])
        #expect(run.text == "exec run\n" && run.requiresPrivilege && run.timeout == "30")
        #expect(run.environment == ["B": "{work:path}"] && run.skipIf == "onpath git")
    }

    @Test("The classic nucleus does not mind the case of names, lite does")
    func letterCase() throws {
        let text = "recipeformatversion: 2020-01-25\ncomponentname: a\nCOMPONENTVERSION: 1.0.0\n"
        #expect(try Self.recipe(text).componentName == "a")
        let error = #expect(throws: DocumentError.self) { try Self.recipe(text, isLite: true) }
        #expect(
            error?.description
                == "recipe.yaml:1:1: expected RecipeFormatVersion: Nucleus Lite does not know recipeformatversion"
        )
    }

    @Test("The first manifest that fits, by the rules of each nucleus")
    func platforms() throws {
        let text =
            Self.head + """
                Manifests:
                  - {Platform: {os: windows}, Lifecycle: {run: "1"}}
                  - {Platform: {os: linux, architecture: /arm.*/}, Lifecycle: {run: "2"}}
                  - {Platform: {os: linux, architecture: aarch64}, Lifecycle: {run: "3"}}
                  - {Platform: {os: linux, runtime: aws_nucleus_lite}, Lifecycle: {run: "4"}}
                  - {Platform: {os: "*", runtime: "*"}, Lifecycle: {run: "5"}}
                """
        func run(_ architecture: String, _ isLite: Bool) throws -> String? {
            let recipe = try Self.recipe(text, isLite: isLite)
            return try recipe.manifest(for: Platform(architecture: architecture, isLite: isLite)).lifecycle[.run]?.text
        }
        #expect(try run("arm", false) == "2")
        #expect(try run("aarch64", false) == "3")
        #expect(try run("amd64", false) == "5")
        #expect(try run("aarch64", true) == "4")
    }

    @Test("When none fits, each says why")
    func noPlatform() throws {
        let text = Self.head + "Manifests:\n  - Platform: {os: windows}\n  - Platform: {os: linux, architecture: arm}\n"
        let recipe = try Self.recipe(text)
        let error = #expect(throws: DocumentError.self) {
            try recipe.manifest(for: Platform(architecture: "amd64", isLite: false))
        }
        #expect(error?.message.contains("manifest 1: os is linux, not windows") == true)
        #expect(error?.message.contains("manifest 2: architecture is amd64, not arm") == true)
        let lite = #expect(throws: DocumentError.self) {
            try recipe.manifest(for: Platform(architecture: "amd64", isLite: true))
        }
        #expect(lite?.message.contains("Nucleus Lite passes over a manifest whose platform has no runtime") == true)
    }

    @Test("A lifecycle beside the manifests, by selection")
    func globalLifecycle() throws {
        let text =
            Self.head + """
                Manifests:
                  - Platform: {os: linux}
                    Selections: [linux]
                Lifecycle:
                  linux: {run: echo 1}
                  all: {run: echo 2}
                """
        #expect(try Self.recipe(text).manifest(for: Platform(isLite: false)).lifecycle[.run]?.text == "echo 1")
        let steps = Self.head + "Lifecycle: {run: echo 3}\n"
        #expect(try Self.recipe(steps).manifest(for: Platform(isLite: false)).lifecycle[.run]?.text == "echo 3")
    }

    @Test(
        "What is wrong is said with file, line, column and what was expected",
        arguments: [
            ("- 1", "recipe.yaml:1:1: expected a recipe to be a map, not a list"),
            ("RecipeFormatVersion: 1", "recipe.yaml:1:22: expected RecipeFormatVersion 2020-01-25"),
            ("RecipeFormatVersion: 2020-01-25\nX: 1", "recipe.yaml:1:1: expected ComponentName in this map"),
            (
                "RecipeFormatVersion: 2020-01-25\nComponentName: a b\nComponentVersion: 1",
                "recipe.yaml:2:16: expected a component's name"
            ),
            (head + "Manifests: {}", "recipe.yaml:4:12: expected Manifests to be a list, not a map"),
            (head + "Manifests:\n  - Lifecycle:\n      rnu: x", "recipe.yaml:6:7: rnu: expected one of bootstrap"),
            (head + "Manifests:\n  - Lifecycle:\n      run: {}", "recipe.yaml:6:12: expected Script in this map"),
            (
                head + "Manifests:\n  - Lifecycle:\n      run: {Script: x, Timeout: soon}",
                "recipe.yaml:6:33: expected Timeout to be a number of seconds"
            ),
            (
                head + "Manifests:\n  - Lifecycle:\n      run: {Script: x, Setenv: {1a: x}}",
                "recipe.yaml:6:33: expected a variable's name"
            ),
            (
                head + "Manifests:\n  - Lifecycle:\n      run: {Script: x, RequiresPrivilege: maybe}",
                "recipe.yaml:6:43: expected RequiresPrivilege to be true or false"
            ),
            (head + "ComponentConfiguration: x", "recipe.yaml:4:25: expected ComponentConfiguration to be a map"),
            (head + "Manifests:\n  - Artifacts: [{}]", "recipe.yaml:5:17: expected URI in this map"),
        ]
    )
    func wrong(text: String, complaint: String) {
        let error = #expect(throws: DocumentError.self) { try Self.recipe(text) }
        #expect(error?.description.hasPrefix(complaint) == true, "\(error?.description ?? "")")
    }
}

@Suite("Recipe variables", .timeLimit(.minutes(1)))
struct RecipeVariableTests {
    private static func variables(isLite: Bool) -> RecipeVariables {
        let values = RecipeVariables.Values(
            configuration: ["port": 80, "a/b": ["c": "x"], "list": ["one"]],
            artifactsPath: "/r/artifacts",
            decompressedPath: "/r/unpacked",
            workPath: "/r/work/com.example.A"
        )
        return RecipeVariables(
            component: values,
            dependencies: ["com.example.B": values],
            rootPath: "/r",
            thingName: "MyThing",
            isLite: isLite
        )
    }

    @Test(
        "What each stands for",
        arguments: [
            ("{configuration:/port}", "80"), ("{configuration:/a~1b/c}", "x"), ("{configuration:/list/0}", "one"),
            ("{configuration:/list}", "[\"one\"]"), ("{kernel:rootPath}", "/r"), ("{iot:thingName}", "MyThing"),
            ("x {iot:thingName} y {iot:thingName}", "x MyThing y MyThing"),
        ]
    )
    func values(text: String, expected: String) throws {
        #expect(try Self.variables(isLite: false).resolve(text) == expected)
        #expect(try Self.variables(isLite: true).resolve(text) == expected)
    }

    @Test("Lite's paths end with a slash")
    func paths() throws {
        for (name, path) in [
            ("artifacts:path", "/r/artifacts"), ("artifacts:decompressedPath", "/r/unpacked"),
            ("work:path", "/r/work/com.example.A"),
        ] {
            #expect(try Self.variables(isLite: false).resolve("{\(name)}") == path)
            #expect(try Self.variables(isLite: true).resolve("{\(name)}") == path + "/")
        }
    }

    @Test(
        "What is no variable stays to the classic nucleus, and is an error on lite",
        arguments: ["${HOME}/x", "{ echo a; }", "{configuration:/nothing}", "{com.example.C:iot:thingName}", "a { b"]
    )
    func unknown(text: String) throws {
        #expect(try Self.variables(isLite: false).resolve(text) == text)
        let error = #expect(throws: DocumentError.self) { try Self.variables(isLite: true).resolve(text) }
        #expect(error?.message.contains("runs the script cut off there") == true)
    }

    @Test("Another component's, on the classic nucleus alone")
    func dependencies() throws {
        #expect(try Self.variables(isLite: false).resolve("{com.example.B:configuration:/port}") == "80")
        #expect(throws: DocumentError.self) {
            try Self.variables(isLite: true).resolve("{com.example.B:configuration:/port}")
        }
    }
}
