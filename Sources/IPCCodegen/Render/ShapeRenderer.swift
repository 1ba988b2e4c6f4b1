// SPDX-License-Identifier: Apache-2.0

/// Renders structures, unions and enumerations with their JSON.
enum ShapeRenderer {
    static func render(_ shape: ServiceModel.Shape, to source: inout SourceText) {
        switch shape {
        case .structure(let structure): render(structure, to: &source)
        case .union(let union): render(union, to: &source)
        case .enumeration(let enumeration): render(enumeration, to: &source)
        }
    }

    // MARK: Structures

    static func render(_ structure: ServiceModel.Structure, to source: inout SourceText) {
        source.documentation(structure.summary)
        source.block("public struct \(structure.name): Sendable, Hashable") { source in
            for member in structure.members {
                source.documentation(member.summary)
                source.line("public var \(SwiftName.member(member.name)): \(member.swiftType)")
            }
            if !structure.members.isEmpty { source.line() }
            source.documentation("Makes a value.")
            source.list("public init", structure.members.map(parameter), structure.members.isEmpty ? " {}" : " {")
            guard !structure.members.isEmpty else { return }
            source.indented { source in
                for member in structure.members {
                    source.line("self.\(member.name) = \(SwiftName.member(member.name))")
                }
            }
            source.line("}")
        }
        source.line()
        source.block("extension \(structure.name): JSONReadable, JSONWritable") { source in
            reading(structure, to: &source)
            source.line()
            writing(structure, to: &source)
        }
        if structure.isSensitive { redaction(structure.name, to: &source) }
    }

    /// A member as a parameter: `retain: Bool? = nil`.
    static func parameter(_ member: ServiceModel.Member) -> String {
        let value = member.defaultValue ?? (member.isRequired ? nil : "nil")
        return "\(SwiftName.member(member.name)): \(member.swiftType)" + (value.map { " = \($0)" } ?? "")
    }

    private static func reading(_ structure: ServiceModel.Structure, to source: inout SourceText) {
        source.documentation("Reads it from JSON; unknown members are skipped, null counts as absent.")
        source.block("public init(from reader: inout JSONReader) throws(JSONError)") { source in
            for member in structure.members {
                source.line("var \(SwiftName.member(member.name)): \(member.type.swift)?")
            }
            source.line("try reader.beginObject()")
            guard !structure.members.isEmpty else {
                source.line("while try reader.nextMember() { try reader.skipValue() }")
                source.line("self.init()")
                return
            }
            source.block("while try reader.nextMember()") { source in
                for (index, member) in structure.members.enumerated() {
                    let opening = index == 0 ? "if" : "} else if"
                    source.line("\(opening) reader.isMember(\"\(member.name)\") {")
                    source.indented {
                        $0.line("\(SwiftName.member(member.name)) = try \(reading(member.type))")
                    }
                }
                source.line("} else {")
                source.indented { $0.line("try reader.skipValue()") }
                source.line("}")
            }
            for member in structure.members where member.isRequired {
                let name = SwiftName.member(member.name)
                source.line("guard let \(name) else { throw reader.missingMember(\"\(member.name)\") }")
            }
            source.list("self.init", structure.members.map { "\($0.name): \(SwiftName.member($0.name))" }, "")
        }
    }

    private static func reading(_ type: ModelType) -> String {
        switch type {
        case .string: "reader.readStringIfPresent()"
        case .blob: "reader.readBlobIfPresent()"
        default: "reader.readIfPresent(\(type.swift).self)"
        }
    }

    private static func writing(_ structure: ServiceModel.Structure, to source: inout SourceText) {
        let throwing = structure.members.contains { $0.type != .blob } ? " throws(JSONError)" : ""
        source.documentation("Writes it as JSON; what is nil is left out.")
        source.block("public func write(to writer: inout JSONWriter)\(throwing)") { source in
            source.line("writer.beginObject()")
            for member in structure.members { source.line(writing(member)) }
            source.line("writer.endObject()")
        }
    }

    private static func writing(_ member: ServiceModel.Member, value: String? = nil) -> String {
        let value = value ?? SwiftName.member(member.name)
        return member.type == .blob
            ? "writer.member(\"\(member.name)\", blob: \(value))"
            : "try writer.member(\"\(member.name)\", \(value))"
    }

    private static func redaction(_ name: String, to source: inout SourceText) {
        source.line()
        source.block("extension \(name): CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable") {
            $0.documentation("The type's name alone: what it holds is secret.")
            $0.line("public var description: String { \"\(name)(hidden)\" }")
            $0.documentation("The type's name alone.")
            $0.line("public var debugDescription: String { description }")
            $0.documentation("Without members, so that a dump shows nothing.")
            $0.line("public var customMirror: Mirror { Mirror(self, children: []) }")
        }
    }

    // MARK: Unions

    static func render(_ union: ServiceModel.Union, to source: inout SourceText) {
        source.documentation(union.summary)
        source.block("public enum \(union.name): Sendable, Hashable") { source in
            for member in union.members {
                source.documentation(member.summary)
                source.line("case \(SwiftName.member(member.name))(\(member.type.swift))")
            }
            source.documentation("An alternative that this library does not know, by its name; empty for none at all.")
            source.line("case unknown(String)")
        }
        source.line()
        source.block("extension \(union.name): JSONReadable, JSONWritable") { source in
            reading(union, to: &source)
            source.line()
            writing(union, to: &source)
        }
        if union.isSensitive { redaction(union.name, to: &source) }
    }

    private static func reading(_ union: ServiceModel.Union, to source: inout SourceText) {
        source.documentation("Reads it from JSON; of several alternatives the first known one counts.")
        source.block("public init(from reader: inout JSONReader) throws(JSONError)") { source in
            source.line("var known: Self?")
            source.line("var unknown = \"\"")
            source.line("try reader.beginObject()")
            source.block("while try reader.nextMember()") { source in
                for (index, member) in union.members.enumerated() {
                    let opening = index == 0 ? "if" : "} else if"
                    source.line("\(opening) known == nil, reader.isMember(\"\(member.name)\") {")
                    source.indented {
                        $0.line("known = try \(reading(member.type)).map(Self.\(SwiftName.member(member.name)))")
                    }
                }
                source.line("} else {")
                source.indented {
                    $0.line("if unknown.isEmpty { unknown = reader.memberName }")
                    $0.line("try reader.skipValue()")
                }
                source.line("}")
            }
            source.line("self = known ?? .unknown(unknown)")
        }
    }

    private static func writing(_ union: ServiceModel.Union, to source: inout SourceText) {
        source.documentation("Writes it as JSON. An unknown alternative cannot be written.")
        source.block("public func write(to writer: inout JSONWriter) throws(JSONError)") { source in
            source.line("writer.beginObject()")
            source.line("switch self {")
            for member in union.members {
                let statement = writing(member, value: "value")
                source.line("case .\(SwiftName.member(member.name))(let value): \(statement)")
            }
            source.line("case .unknown:")
            source.indented {
                let message = "\(union.name) without an alternative that is known"
                $0.line("throw JSONError(offset: writer.bytes.count, message: \"\(message)\")")
            }
            source.line("}")
            source.line("writer.endObject()")
        }
    }

    // MARK: Enumerations

    static func render(_ enumeration: ServiceModel.Enumeration, to source: inout SourceText) {
        source.documentation(enumeration.summary)
        source.block("public enum \(enumeration.name): Sendable, Hashable") { source in
            for value in enumeration.values {
                source.documentation("`\(value.name)`, on the wire `\"\(value.wireValue)\"`.")
                source.line("case \(SwiftName.enumerationCase(value.name))")
            }
            source.documentation("A value that this library does not know.")
            source.line("case unknown(String)")
            source.line()
            source.documentation("The value on the wire.")
            source.block("public var wireValue: String") { source in
                source.line("switch self {")
                for value in enumeration.values {
                    source.line("case .\(SwiftName.enumerationCase(value.name)): \"\(value.wireValue)\"")
                }
                source.line("case .unknown(let value): value")
                source.line("}")
            }
            source.line()
            source.documentation("The case for a value on the wire.")
            source.block("public init(wireValue: String)") { source in
                source.line("switch wireValue {")
                for value in enumeration.values {
                    source.line("case \"\(value.wireValue)\": self = .\(SwiftName.enumerationCase(value.name))")
                }
                source.line("default: self = .unknown(wireValue)")
                source.line("}")
            }
        }
        source.line()
        source.block("extension \(enumeration.name): JSONReadable, JSONWritable") { source in
            source.documentation("Reads it from JSON; a number counts as its digits.")
            source.block("public init(from reader: inout JSONReader) throws(JSONError)") {
                $0.line("self.init(wireValue: try reader.readEnumeration())")
            }
            source.line()
            source.documentation("Writes it as a JSON string.")
            source.block("public func write(to writer: inout JSONWriter)") { $0.line("writer.string(wireValue)") }
        }
    }
}
