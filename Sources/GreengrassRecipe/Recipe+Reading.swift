// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

extension Recipe {
    /// Reads a recipe in YAML or JSON.
    ///
    /// - Parameters:
    ///   - bytes: the file's content, GDK's placeholders replaced.
    ///   - file: its name, for errors.
    ///   - isLite: whether it is read as Nucleus Lite reads it: names count with their case there, and YAML's plain
    ///     values are text.
    /// - Throws: ``DocumentError`` with the place and what was expected there.
    package init(reading bytes: [UInt8], file: String, isLite: Bool) throws(DocumentError) {
        let node = try DocumentNode(reading: bytes, file: file)
        let reader = RecipeReader(file: file, isLite: isLite)
        self = try reader.recipe(node)
    }
}

/// Takes a recipe out of a document.
private struct RecipeReader {
    let file: String
    let isLite: Bool

    private var typing: ScalarTyping { isLite ? .lite : .classic }

    func recipe(_ node: DocumentNode) throws(DocumentError) -> Recipe {
        let top = try map(node, "a recipe")
        if let version = member(top, "RecipeFormatVersion") {
            let text = try text(version.value, "RecipeFormatVersion")
            guard text == "2020-01-25" else { throw error(version.value, "expected RecipeFormatVersion 2020-01-25") }
        } else {
            throw missing("RecipeFormatVersion", in: node, top)
        }
        let name = try required(top, "ComponentName", in: node)
        let isLegal = name.text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isLegal, (1...128).contains(name.text.utf8.count) else {
            throw error(name.node, "expected a component's name: at most 128 letters, digits and . - _")
        }
        let version = try required(top, "ComponentVersion", in: node)
        let global = try globalLifecycle(top)
        return Recipe(
            componentName: name.text,
            componentVersion: version.text,
            defaultConfiguration: try configuration(top),
            dependencies: try dependencies(top),
            manifests: try manifests(top, global)
        )
    }

    private func configuration(_ top: [DocumentNode.Member]) throws(DocumentError) -> JSONValue {
        guard let section = member(top, "ComponentConfiguration"), !isNull(section.value) else { return [:] }
        let members = try map(section.value, "ComponentConfiguration")
        guard let document = member(members, "DefaultConfiguration"), !isNull(document.value) else { return [:] }
        _ = try map(document.value, "DefaultConfiguration")
        return document.value.value(typing)
    }

    private func dependencies(_ top: [DocumentNode.Member]) throws(DocumentError) -> [String] {
        guard let section = member(top, "ComponentDependencies"), !isNull(section.value) else { return [] }
        return try map(section.value, "ComponentDependencies").map(\.key)
    }

    /// The lifecycle beside the manifests: steps, or steps by selection.
    private func globalLifecycle(_ top: [DocumentNode.Member]) throws(DocumentError) -> [String: DocumentNode] {
        guard let section = member(top, "Lifecycle"), !isNull(section.value) else { return [:] }
        let members = try map(section.value, "Lifecycle")
        let isSteps = members.contains { Recipe.Step(rawValue: $0.key.lowercased()) != nil }
        if isSteps { return ["all": section.value] }
        return Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first }
    }

    // MARK: - Manifests

    private func manifests(
        _ top: [DocumentNode.Member],
        _ global: [String: DocumentNode]
    ) throws(DocumentError) -> [Recipe.Manifest] {
        guard let section = member(top, "Manifests"), !isNull(section.value) else {
            guard let all = global["all"] ?? global["linux"] else { return [] }
            return [Recipe.Manifest(platform: [:], lifecycle: try lifecycle(all), artifacts: [])]
        }
        var manifests: [Recipe.Manifest] = []
        for node in try list(section.value, "Manifests") { manifests.append(try manifest(node, global)) }
        return manifests
    }

    private func manifest(
        _ node: DocumentNode,
        _ global: [String: DocumentNode]
    ) throws(DocumentError) -> Recipe.Manifest {
        let members = try map(node, "a manifest")
        var platform: [String: String] = [:]
        if let section = member(members, "Platform"), !isNull(section.value) {
            for attribute in try map(section.value, "Platform") {
                let name = isLite ? attribute.key : attribute.key.lowercased()
                platform[name] = try text(attribute.value, attribute.key)
            }
        }
        var lifecycle = Recipe.Lifecycle()
        if let section = member(members, "Lifecycle"), !isNull(section.value) {
            lifecycle = try self.lifecycle(section.value)
        }
        if lifecycle.steps.isEmpty, lifecycle.environment.isEmpty {
            var selections = ["all"]
            if let section = member(members, "Selections") {
                selections = []
                for selection in try list(section.value, "Selections") {
                    selections.append(try text(selection, "a selection"))
                }
            }
            if let node = selections.compactMap({ global[$0] }).first { lifecycle = try self.lifecycle(node) }
        }
        return Recipe.Manifest(platform: platform, lifecycle: lifecycle, artifacts: try artifacts(members))
    }

    private func artifacts(_ members: [DocumentNode.Member]) throws(DocumentError) -> [Recipe.Artifact] {
        guard let section = member(members, "Artifacts"), !isNull(section.value) else { return [] }
        var artifacts: [Recipe.Artifact] = []
        for node in try list(section.value, "Artifacts") {
            let members = try map(node, "an artifact")
            // Published recipes spell it Uri.
            guard let uri = member(members, "URI") ?? member(members, "Uri") else {
                throw missing("URI", in: node, members)
            }
            var isZIP = false
            if let unarchive = member(members, "Unarchive"), !isNull(unarchive.value) {
                let kind = try text(unarchive.value, "Unarchive")
                guard ["ZIP", "NONE"].contains(kind.uppercased()) else {
                    throw error(unarchive.value, "expected Unarchive to be ZIP or NONE")
                }
                isZIP = kind.uppercased() == "ZIP"
            }
            var artifact = Recipe.Artifact(uri: try text(uri.value, "URI"), isZIP: isZIP)
            if let section = member(members, "Permission"), !isNull(section.value),
                let execute = member(try map(section.value, "Permission"), "Execute"), !isNull(execute.value)
            {
                let who = try text(execute.value, "Execute").uppercased()
                guard ["NONE", "OWNER", "ALL"].contains(who) else {
                    throw error(execute.value, "expected Execute to be NONE, OWNER or ALL")
                }
                artifact.isExecutable = who != "NONE"
            }
            artifacts.append(artifact)
        }
        return artifacts
    }

    // MARK: - Lifecycle

    private func lifecycle(_ node: DocumentNode) throws(DocumentError) -> Recipe.Lifecycle {
        var lifecycle = Recipe.Lifecycle()
        for member in try map(node, "Lifecycle") where !isNull(member.value) {
            let name = isLite ? member.key : member.key.lowercased()
            if name.lowercased() == "setenv" {
                lifecycle.environment = try environment(member)
                continue
            }
            guard let step = Recipe.Step(rawValue: name) else {
                let names = Recipe.Step.allCases.map(\.rawValue).joined(separator: ", ")
                let hint =
                    Recipe.Step(rawValue: name.lowercased()) == nil ? "" : "; Nucleus Lite wants it in lower case"
                throw DocumentError(
                    file: file,
                    member.keyPosition,
                    "\(member.key): expected one of \(names), Setenv\(hint)"
                )
            }
            lifecycle.steps[step] = try script(member)
        }
        if lifecycle[.run] != nil, lifecycle[.startup] != nil {
            throw error(node, "expected run or startup, not both")
        }
        return lifecycle
    }

    private func script(_ step: DocumentNode.Member) throws(DocumentError) -> Recipe.Script {
        guard case .mapping(let members) = step.value.content else {
            return Recipe.Script(text: try text(step.value, step.key))
        }
        guard let script = member(members, "Script") else { throw missing("Script", in: step.value, members) }
        var result = Recipe.Script(text: try text(script.value, "Script"))
        for member in members where !isNull(member.value) {
            switch isLite ? member.key : member.key.lowercased() {
            case "RequiresPrivilege", "requiresprivilege":
                switch try text(member.value, member.key).lowercased() {
                case "true": result.requiresPrivilege = true
                case "false": result.requiresPrivilege = false
                default: throw error(member.value, "expected RequiresPrivilege to be true or false")
                }
            case "Setenv", "setenv": result.environment = try environment(member)
            case "Timeout", "timeout":
                let text = try text(member.value, "Timeout")
                guard Int(text).map({ $0 >= 0 }) ?? text.hasPrefix("{") else {
                    throw error(member.value, "expected Timeout to be a number of seconds or a recipe variable")
                }
                result.timeout = text
            case "Skipif", "skipif": result.skipIf = try text(member.value, "Skipif")
            default: break
            }
        }
        return result
    }

    private func environment(_ section: DocumentNode.Member) throws(DocumentError) -> [String: String] {
        var environment: [String: String] = [:]
        for variable in try map(section.value, "Setenv") {
            let isLegal = variable.key.utf8.enumerated().allSatisfy { index, byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
                    true
                case UInt8(ascii: "0")...UInt8(ascii: "9"): index > 0
                default: false
                }
            }
            guard isLegal, !variable.key.isEmpty else {
                throw DocumentError(
                    file: file,
                    variable.keyPosition,
                    "expected a variable's name: letters, digits and _"
                )
            }
            environment[variable.key] = try text(variable.value, variable.key)
        }
        return environment
    }
}

// MARK: - Values

extension RecipeReader {
    private func error(_ node: DocumentNode, _ message: String) -> DocumentError {
        DocumentError(file: file, node.position, message)
    }

    private func missing(_ name: String, in node: DocumentNode, _ members: [DocumentNode.Member]) -> DocumentError {
        let other = members.first { $0.key.lowercased() == name.lowercased() }
        guard let other else { return error(node, "expected \(name) in this map") }
        return DocumentError(file: file, other.keyPosition, "expected \(name): Nucleus Lite does not know \(other.key)")
    }

    /// Lite finds a name only as it is spelled; the classic nucleus does not mind the case.
    private func member(_ members: [DocumentNode.Member], _ name: String) -> DocumentNode.Member? {
        members.first { $0.key == name } ?? (isLite ? nil : members.first { $0.key.lowercased() == name.lowercased() })
    }

    private func required(
        _ members: [DocumentNode.Member],
        _ name: String,
        in node: DocumentNode
    ) throws(DocumentError) -> (text: String, node: DocumentNode) {
        guard let found = member(members, name) else { throw missing(name, in: node, members) }
        let text = try text(found.value, name)
        guard !text.isEmpty else { throw error(found.value, "expected \(name) to be a text") }
        return (text, found.value)
    }

    private func isNull(_ node: DocumentNode) -> Bool {
        guard case .scalar = node.content else { return false }
        return node.value(.classic).isNull
    }

    private func map(_ node: DocumentNode, _ name: String) throws(DocumentError) -> [DocumentNode.Member] {
        if case .mapping(let members) = node.content { return members }
        throw error(node, "expected \(name) to be a map, not \(node.kind)")
    }

    private func list(_ node: DocumentNode, _ name: String) throws(DocumentError) -> [DocumentNode] {
        if case .sequence(let nodes) = node.content { return nodes }
        throw error(node, "expected \(name) to be a list, not \(node.kind)")
    }

    /// A single value as it is written.
    private func text(_ node: DocumentNode, _ name: String) throws(DocumentError) -> String {
        guard case .scalar(let scalar) = node.content else {
            throw error(node, "expected \(name) to be a single value, not \(node.kind)")
        }
        switch scalar {
        case .plain(let text), .text(let text), .tagged(_, let text): return text
        case .json(.string(let text)): return text
        case .json(let value): return (try? value.jsonText()) ?? ""
        }
    }
}
