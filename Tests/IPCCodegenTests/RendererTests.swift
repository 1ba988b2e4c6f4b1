// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import IPCCodegen

@Suite(.timeLimit(.minutes(1)))
struct RendererTests {
    @Test(
        "Names in Swift",
        arguments: [
            ("AT_LEAST_ONCE", "atLeastOnce"), ("UTF8", "utf8"), ("IN", "`in`"), ("NEW", "new"),
        ]
    )
    func names(model: String, swift: String) {
        #expect(SwiftName.enumerationCase(model) == swift)
    }

    @Test("The code of an error loses the word Error unless nothing else would say what it is")
    func errorNames() {
        #expect(SwiftName.errorCode("ResourceNotFoundError") == "resourceNotFound")
        #expect(SwiftName.errorCode("ServiceError") == "serviceError")
    }

    @Test(
        "Types in Swift",
        arguments: [
            ("map<string,list<blob>>", "[String: [[UInt8]]]"), ("long", "Int64"), ("document", "JSONValue"),
            ("list<structure:A>", "[A]"), ("timestamp", "Timestamp"),
        ]
    )
    func types(model: String, swift: String) {
        #expect(ModelType(model)?.swift == swift)
    }

    @Test("What is generated has each operation's method, required members without default, and the error table")
    func content() throws {
        let files = FileRenderer.sources(try ModelFixture.resolve(), digest: "0123")
        #expect(files.keys.sorted() == ["OperationTable.swift", "ServiceErrors.swift", "Things.swift"])
        let things = try #require(files["Things.swift"])
        for part in [
            "SHA-256 0123; do not edit",
            "public init(thing: Thing, count: Int32? = nil) {",
            "public func putThing(thing: Thing, count: Int32? = nil) async throws(GreengrassIPCError)",
            "@discardableResult",
            "guard let thing else { throw reader.missingMember(\"thing\") }",
            "_ body: (Subscription<ThingEvent>) async throws -> Result",
            "eventShape: \"n.s#ThingEvent\"",
            "case almostNew",
            "case `in`",
            "case \"1\": self = .almostNew",
            "public var description: String { \"Thing(hidden)\" }",
            "/// - Throws: `.serviceError`; any other code.",
        ] {
            #expect(things.contains(part), "\(part)")
        }
        let errors = try #require(files["ServiceErrors.swift"])
        #expect(
            errors.contains("case \"ServiceError\": self = .serviceError(try ServiceError(jsonBytes: jsonBytes.span))")
        )
    }

    @Test("The same model gives the same text each time")
    func deterministic() throws {
        let first = FileRenderer.sources(try ModelFixture.resolve(), digest: "")
        for _ in 0..<5 { #expect(FileRenderer.sources(try ModelFixture.resolve(), digest: "") == first) }
    }

    @Test("No generated file is over 1 000 lines")
    func size() throws {
        let models = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Models")
        let model = try IPCCodegen.model(
            from: try Data(contentsOf: models.appending(path: "greengrass-ipc.model.json")),
            adjusted: try Data(contentsOf: models.appending(path: "adjustments.json"))
        )
        #expect(model.operations.count == 35)
        for (name, text) in FileRenderer.sources(model, digest: "") {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count <= 1000, "\(name)")
        }
    }
}
