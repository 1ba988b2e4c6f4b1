// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPC
import Testing

/// The recipe, as far as its text tells.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct RecipeTests {
    private static func text(_ name: String) throws -> String {
        // Tests/IntegrationTests/RecipeTests.swift, three steps below the package.
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        return String(decoding: try Files.read(root + "/" + name), as: UTF8.self)
    }

    /// The recipe's lines without comments and indentation.
    private static func lines() throws -> [Substring] {
        try text("recipe.yaml").split(separator: "\n")
            .map { line in line.drop { $0 == " " } }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
    }

    @Test func `The run scripts become the agent`() throws {
        let scripts = try Self.lines().filter { $0.hasPrefix("Script:") }
        #expect(scripts.count == 2)
        for script in scripts {
            // Without exec a shell would get the nucleus's signals.
            #expect(script.hasPrefix("Script: 'exec \"{artifacts:decompressedPath}/iot-tunnel-agent-"))
            #expect(script.hasSuffix("/iot-tunnel-agent\" run'"))
            // Lite takes every brace for a variable.
            #expect(script.count { $0 == "{" } == 1)
        }
        #expect(try Self.lines().count { $0 == "run:" } == 2)
    }

    @Test func `No script refers to the configuration, for a change would restart the agent`() throws {
        #expect(try !Self.text("recipe.yaml").contains("{configuration:"))
    }

    @Test func `One operation on one resource is all that it may do`() throws {
        let lines = try Self.lines()
        let operations = try #require(lines.firstIndex(of: "operations:"))
        let resources = try #require(lines.firstIndex(of: "resources:"))
        #expect(lines[operations + 1] == "- \"aws.greengrass#SubscribeToIoTCore\"")
        #expect(resources == operations + 2)
        #expect(lines[resources + 1] == "- \"$aws/things/+/tunnels/notify\"")
        #expect(lines[resources + 2] == "Manifests:")
        #expect(lines.count { $0.hasPrefix("aws.greengrass.ipc.") } == 1)
        #expect(lines.count { $0 == "operations:" || $0 == "resources:" } == 2)
    }

    @Test func `Every platform names what lite insists on`() throws {
        let lines = try Self.lines()
        #expect(lines.count { $0 == "os: \"linux\"" } == 2)
        #expect(lines.count { $0 == "runtime: \"*\"" } == 2)
        #expect(lines.contains("architecture: \"amd64\"") && lines.contains("architecture: \"aarch64\""))
    }

    @Test func `The GDK's configuration is for the recipe's component`() throws {
        let document = try JSONValue(jsonText: try Self.text("gdk-config.json"))
        let component = try #require(document["component"]?["com.example.IoTTunnelAgent"])
        #expect(component["build"]?["build_system"]?.stringValue == "custom")
        #expect(component["publish"]?["bucket"]?.stringValue?.isEmpty == false)
        #expect(document["gdk_version"]?.stringValue?.isEmpty == false)
        #expect(try Self.lines().contains("ComponentName: \"com.example.IoTTunnelAgent\""))
    }
}
