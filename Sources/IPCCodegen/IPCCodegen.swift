// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Writes the generated sources of GreengrassIPC from the service model.
@main
enum IPCCodegen {
    static func main() {
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            FileHandle.standardError.write(Data("IPCCodegen: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) throws {
        guard arguments.count == 5 else {
            throw CodegenError("usage", "IPCCodegen MODEL ADJUSTMENTS DIGEST SOURCES TESTS; dev/generate calls it")
        }
        let model = try model(from: try contents(arguments[0]), adjusted: try contents(arguments[1]))
        try write(FileRenderer.sources(model, digest: arguments[2]), to: arguments[3])
        try write(FileRenderer.tests(model, digest: arguments[2]), to: arguments[4])
    }

    /// Makes a folder hold these files and no others.
    private static func write(_ files: [String: String], to path: String) throws {
        let folder = URL(fileURLWithPath: path, isDirectory: true)
        let stale = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { files[$0] == nil }
        for name in stale { try FileManager.default.removeItem(at: folder.appendingPathComponent(name)) }
        for (name, text) in files {
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
    }

    /// Reads and resolves a model.
    static func model(from model: Data, adjusted adjustments: Data) throws -> ServiceModel {
        try Resolver.resolve(
            try JSONFile.read(ModelFile.self, named: "model", from: model),
            try JSONFile.read(Adjustments.self, named: "adjustments", from: adjustments)
        )
    }

    private static func contents(_ path: String) throws -> Data {
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw CodegenError(path, "cannot be read: \(error.localizedDescription)")
        }
    }
}
