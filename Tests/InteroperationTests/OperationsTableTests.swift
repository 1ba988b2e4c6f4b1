// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Foundation
import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// `UPDATE_OPERATIONS=1 swift test --filter OperationsTableTests` writes the table anew.
@Suite("Operations table", .timeLimit(.minutes(1)))
struct OperationsTableTests {
    private static let package = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    private static let page = package + "/Sources/GreengrassIPC/GreengrassIPC.docc/Operations.md"
    private static let configuration: JSONValue = ["port": 80]

    /// What each of the clients got for an operation, on one nucleus.
    private struct Column {
        var own: [String: String]
        var python: [[String: String]]

        func cell(_ operation: String) throws -> (own: String, python: String) {
            let outcome = try #require(own[operation], "our client has not called \(operation)")
            let others = try python.map { try #require($0[operation], "Python has not called \(operation)") }
            // Each of the three clients must have understood the same.
            #expect(others == [outcome, outcome], "\(operation)")
            return (Self.text(outcome, operation), Self.text(others[0], operation))
        }

        private static func text(_ outcome: String, _ operation: String) -> String {
            outcome == operation + "Response" ? "✓" : "✓ \(outcome)"
        }
    }

    private static func column(_ dialect: Dialect) async throws -> Column {
        var python: [[String: String]] = []
        for client in PythonSDK.Client.allCases {
            let outcomes = try await PythonSDK.run(client, on: dialect).outcomes
            python.append(Dictionary(outcomes.map { ($0.operation, $0.type) }) { first, _ in first })
        }
        return Column(own: try await OwnClient.outcomes(on: dialect, configuration: configuration), python: python)
    }

    /// The shapes that the official SDK's sample payloads cover; SamplePayloadTests reads and writes each of them.
    private static func sampledShapes() throws -> Set<String> {
        let path = package + "/Tests/GreengrassIPCTests/Model/sample-payloads.json"
        let entries = try JSONValue(jsonBytes: Files.read(path))["entries"]?.arrayValue ?? []
        return Set(entries.compactMap { $0["shape"]?.stringValue })
    }

    private static func text() async throws -> String {
        let classic = try await column(.classic)
        let lite = try await column(.lite)
        let sampled = try sampledShapes()
        var rows: [String] = []
        for descriptor in OperationDescriptor.all.sorted(by: { $0.name < $1.name }) {
            let operation = descriptor.name.split(separator: "#").last.map(String.init) ?? descriptor.name
            let isSampled = sampled.isSuperset(of: [operation + "Request", operation + "Response"])
            let (ownClassic, pythonClassic) = try classic.cell(operation)
            let (ownLite, pythonLite) = try lite.cell(operation)
            let cells = [operation, "✓", isSampled ? "✓" : "", ownClassic, pythonClassic, ownLite, pythonLite]
            rows.append("| \(cells.joined(separator: " | ")) |")
        }
        return """
            # Operations

            All operations, what they are tested with, and what answers them on either nucleus.

            *Generated*: there is a method for it, made from the service model. *Samples*: the official Python SDK's
            payloads of its request and its response are read and written; where that tick is missing they have the
            request only, the response is empty. The others: called on the simulated nucleus
            of that kind by this client, and by the Python SDK (both of its clients), with the same request and the same
            outcome, the events of subscriptions included. `ServiceError` beside the tick is how nucleus lite answers
            what it does not have.

            | operation | generated | samples | classic | classic, Python | lite | lite, Python |
            | --- | --- | --- | --- | --- | --- | --- |
            \(rows.joined(separator: "\n"))

            A test makes this page and fails when it is out of date; `UPDATE_OPERATIONS=1 swift test --filter
            OperationsTableTests` writes it anew.

            """
    }

    @Test("The documented table of operations is what the clients find")
    func table() async throws {
        let text = try await Self.text()
        if ProcessInfo.processInfo.environment["UPDATE_OPERATIONS"] == "1" {
            try text.write(toFile: Self.page, atomically: true, encoding: .utf8)
        }
        let written = try String(decoding: Files.read(Self.page), as: UTF8.self)
        #expect(
            written == text,
            "Operations.md is out of date: run UPDATE_OPERATIONS=1 swift test --filter OperationsTableTests and commit it"
        )
    }
}
