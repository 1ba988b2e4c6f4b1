// SPDX-License-Identifier: Apache-2.0

/// Renders operations: their names on the wire, request, response and method.
enum OperationRenderer {
    static func render(_ operation: ServiceModel.Operation, to source: inout SourceText) {
        descriptor(operation, to: &source)
        source.line()
        ShapeRenderer.render(operation.input, to: &source)
        source.line()
        ShapeRenderer.render(operation.output, to: &source)
        source.line()
        source.block("extension GreengrassIPCCaller") { source in
            if let event = operation.event {
                subscription(operation, event, to: &source)
            } else {
                call(operation, to: &source)
            }
        }
    }

    private static func descriptor(_ operation: ServiceModel.Operation, to source: inout SourceText) {
        let conformance = operation.event == nil ? "GreengrassIPCOperation" : "GreengrassIPCStreamingOperation"
        source.documentation(operation.summary)
        source.block("public enum \(operation.name): \(conformance)") { source in
            source.documentation("What is asked.")
            source.line("public typealias Request = \(operation.input.name)")
            source.documentation("What is answered.")
            source.line("public typealias Response = \(operation.output.name)")
            if let event = operation.event {
                source.documentation("What its stream brings.")
                source.line("public typealias Event = \(event.name)")
            }
            source.documentation("Its names on the wire.")
            var names = ["\"\(operation.wireName)\""]
            if let event = operation.event {
                names.append("eventShape: \"\(operation.wireName.prefix { $0 != "#" })#\(event.name)\"")
            }
            source.list("public static let descriptor = OperationDescriptor", names, "")
        }
    }

    private static func call(_ operation: ServiceModel.Operation, to source: inout SourceText) {
        documentation(operation, streaming: false, to: &source)
        if operation.output.members.isEmpty { source.line("@discardableResult") }
        source.list(
            "public func \(SwiftName.method(operation.name))",
            operation.input.members.map(ShapeRenderer.parameter),
            " async throws(GreengrassIPCError) -> \(operation.output.name) {"
        )
        source.indented { source in
            request(operation, to: &source)
            source.line("return try await call(\(operation.name).self, request)")
        }
        source.line("}")
    }

    private static func subscription(
        _ operation: ServiceModel.Operation,
        _ event: ServiceModel.Union,
        to source: inout SourceText
    ) {
        documentation(operation, streaming: true, to: &source)
        source.list(
            "public func \(SwiftName.method(operation.name))<Result>",
            operation.input.members.map(ShapeRenderer.parameter) + [
                "options: SubscriptionOptions = SubscriptionOptions()",
                "_ body: (Subscription<\(event.name)>) async throws -> Result",
            ],
            " async throws -> Result {"
        )
        source.indented { source in
            request(operation, to: &source)
            source.line("return try await subscribe(\(operation.name).self, request, options: options, body)")
        }
        source.line("}")
    }

    private static func request(_ operation: ServiceModel.Operation, to source: inout SourceText) {
        source.list(
            "let request = \(operation.input.name)",
            operation.input.members.map { "\($0.name): \(SwiftName.member($0.name))" },
            ""
        )
    }

    private static func documentation(
        _ operation: ServiceModel.Operation,
        streaming: Bool,
        to source: inout SourceText
    ) {
        source.documentation(operation.summary)
        source.line("///")
        var parameters = operation.input.members.map { ($0.name, $0.summary) }
        if streaming {
            parameters.append(("options", "How the subscription is kept."))
            parameters.append(("body", "Gets the events; the subscription ends when it is left."))
        }
        if parameters.count == 1 {
            source.documentation("- Parameter \(parameters[0].0): \(parameters[0].1)", indent: "  ")
        } else if !parameters.isEmpty {
            source.documentation("- Parameters:")
            for (name, summary) in parameters {
                source.line("///   - \(name): \(summary)")
            }
        }
        let codes = operation.errors.map { "`.\(SwiftName.errorCode($0))`" }.joined(separator: ", ")
        let rest = streaming ? "any other ``GreengrassIPCError``, and whatever `body` throws" : "any other code"
        source.documentation("- Throws: \(codes); \(rest).", indent: "  ")
    }
}
