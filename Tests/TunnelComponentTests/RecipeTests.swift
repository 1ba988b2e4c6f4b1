// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What in the recipe breaks on a device, and nowhere else, when it is changed without thought.
@Suite(.timeLimit(.minutes(1)))
struct RecipeTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The recipe's lines without comments and blanks around them.
    private static func lines() throws -> [String] {
        try String(contentsOf: root.appending(path: "recipe.yaml"), encoding: .utf8).split(separator: "\n")
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.hasPrefix("#") }
    }

    @Test func `One operation on one filter is all it asks for`() throws {
        let lines = try Self.lines()
        #expect(lines.filter { $0.contains("aws.greengrass#") } == [#"- "aws.greengrass#SubscribeToIoTCore""#])
        let resources = try #require(lines.firstIndex(of: "resources:"))
        #expect(lines[resources + 1] == #"- "$aws/things/+/tunnels/notify""#)
        #expect(lines[resources + 2] == "Manifests:")
        #expect(lines.filter { $0 == "resources:" || $0 == "operations:" }.count == 2)
    }

    @Test func `Both nuclei can run each manifest`() throws {
        let lines = try Self.lines()
        let manifests = lines.filter { $0 == "- Platform:" }.count
        #expect(manifests == 2)
        for line in [#"os: "linux""#, #"runtime: "*""#, "run:", #"Execute: "OWNER""#] {
            #expect(lines.filter { $0 == line }.count == manifests, "\(line)")
        }
        let scripts = lines.filter { $0.hasPrefix("Script:") }
        #expect(scripts.count == manifests)
        for script in scripts {
            #expect(script.hasPrefix("Script: 'exec \"{artifacts:decompressedPath}/"))
            // A script with a configuration variable would restart the component at every change of it.
            #expect(script.filter { $0 == "{" }.count == 1)
        }
    }

    @Test func `The GDK's configuration is of the same component`() throws {
        let data = try Data(contentsOf: Self.root.appending(path: "gdk-config.json"))
        let configuration = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let components = try #require(configuration["component"] as? [String: Any])
        #expect(components.count == 1)
        let name = try #require(components.keys.first)
        #expect(try Self.lines().contains("ComponentName: \"\(name)\""))
    }
}
