// SPDX-License-Identifier: Apache-2.0

/// Renders the service's errors: structures, codes, and the table that finds a structure by its name.
enum ErrorRenderer {
    static func render(_ errors: [ServiceModel.Structure], to source: inout SourceText) {
        for error in errors {
            ShapeRenderer.render(error, to: &source)
            source.line()
        }
        codes(errors, to: &source)
        source.line()
        payload(errors, to: &source)
    }

    private static func codes(_ errors: [ServiceModel.Structure], to source: inout SourceText) {
        source.line("// What the service model calls its errors.")
        source.block("extension GreengrassIPCError.Code") { source in
            for error in errors {
                source.documentation(error.summary)
                source.line("public static let \(SwiftName.errorCode(error.name)) = service(\"\(error.name)\")")
            }
        }
    }

    private static func payload(_ errors: [ServiceModel.Structure], to source: inout SourceText) {
        source.block("extension GreengrassIPCError") { source in
            source.documentation("An error of the service with all members that the model gives it.")
            source.block("public enum Payload: Sendable, Hashable") { source in
                for error in errors {
                    source.documentation(error.summary)
                    source.line("case \(SwiftName.errorCode(error.name))(\(error.name))")
                }
                source.line()
                source.documentation("Reads an error; nil when the model has none of that name, or a member is wrong.")
                source.block("init?(name: String, jsonBytes: [UInt8])") { source in
                    source.line("do throws(JSONError) {")
                    source.indented { source in
                        source.line("switch name {")
                        for error in errors {
                            let code = SwiftName.errorCode(error.name)
                            source.line(
                                "case \"\(error.name)\": self = .\(code)(try \(error.name)(jsonBytes: jsonBytes.span))"
                            )
                        }
                        source.line("default: return nil")
                        source.line("}")
                    }
                    source.line("} catch {")
                    source.indented { $0.line("return nil") }
                    source.line("}")
                }
            }
        }
    }
}
