// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassRecipe

/// What a component brings, laid out as a nucleus does it: what an archive holds is in a folder of the archive's name.
struct UnpackedArtifacts {
    /// `{artifacts:path}`
    let path: String
    /// `{artifacts:decompressedPath}`
    let decompressedPath: String

    private struct Archive {
        var folder: String
        /// Nil when it is unpacked already, in a folder of its name.
        var file: String?
        var isExecutable: Bool
    }

    /// Unpacks into the nucleus's folder, unless all archives lie unpacked beside themselves.
    ///
    /// - Throws: `CommandFailure` for an archive that is missing or cannot be unpacked.
    init(_ recipe: RecipeFile, root: String, _ loop: EventLoop) async throws {
        path = recipe.artifacts
        var archives: [Archive] = []
        for artifact in recipe.manifest.artifacts where artifact.isZIP {
            archives.append(try Self.find(artifact, in: path))
        }
        guard archives.contains(where: { $0.file != nil }) else {
            decompressedPath = path
            return
        }
        var folder = root
        for part in ["packages", "artifacts-unarchived", recipe.recipe.componentName, recipe.recipe.componentVersion] {
            folder += "/" + part
            try Files.makeDirectory(folder)
        }
        decompressedPath = folder
        for archive in archives { try await Self.unpack(archive, from: path, into: folder, loop) }
    }

    private static func find(_ artifact: Recipe.Artifact, in path: String) throws(CommandFailure) -> Archive {
        let name = artifact.fileName
        let stem = name.lowercased().hasSuffix(".zip") ? String(name.dropLast(4)) : name
        if Files.kind("\(path)/\(stem)") == .directory {
            return Archive(folder: stem, file: nil, isExecutable: artifact.isExecutable)
        }
        guard Files.kind("\(path)/\(name)") == .file else {
            throw CommandFailure(
                "\(path) has neither \(name) nor the folder \(stem) with what it holds; --artifacts FOLDER says where it is"
            )
        }
        return Archive(folder: stem, file: "\(path)/\(name)", isExecutable: artifact.isExecutable)
    }

    private static func unpack(_ archive: Archive, from path: String, into root: String, _ loop: EventLoop) async throws
    {
        let folder = "\(root)/\(archive.folder)"
        // From an earlier run in the same folder.
        try await run(["rm", "-rf", folder], loop)
        guard let file = archive.file else {
            return try await run(["ln", "-s", "\(path)/\(archive.folder)", folder], loop)
        }
        try Files.makeDirectory(folder)
        if ChildConfiguration.path(of: "unzip") != nil {
            try await run(["unzip", "-q", file, "-d", folder], loop)
        } else if ChildConfiguration.path(of: "python3") != nil {
            try await run(["python3", "-m", "zipfile", "-e", file, folder], loop)
        } else {
            throw CommandFailure("\(file): install unzip, or unpack it into \(path)/\(archive.folder)")
        }
        // The modes in the archive do not count on a device either.
        let mode = archive.isExecutable ? "u=rwx,go=rx" : "u=rw,go=r"
        try await run(["find", folder, "-type", "f", "-exec", "chmod", mode, "{}", "+"], loop)
    }

    private static func run(_ command: [String], _ loop: EventLoop) async throws {
        let child = try RunningCommand(try ChildConfiguration(command: command, environment: [:]), loop)
        let status = await child.end()
        guard status == .exited(0) else {
            throw CommandFailure("\(command.joined(separator: " ")): it ended with \(status)")
        }
    }
}
