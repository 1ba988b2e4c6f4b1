// SPDX-License-Identifier: Apache-2.0

/// Looks up every reference of a model and says where one leads nowhere.
struct Resolver {
    private let file: ModelFile
    private let adjustments: Adjustments
    private var structures: [String: ModelFile.Structure] = [:]
    private var unions: [String: ModelFile.Union] = [:]
    private var enums: [String: ModelFile.Enumeration] = [:]
    /// Shapes that are in an area already.
    private var placed: Set<String> = []

    static func resolve(_ file: ModelFile, _ adjustments: Adjustments) throws(CodegenError) -> ServiceModel {
        var resolver = try Resolver(file, adjustments)
        return try resolver.model()
    }

    private init(_ file: ModelFile, _ adjustments: Adjustments) throws(CodegenError) {
        self.file = file
        self.adjustments = adjustments
        structures = try Self.index(file.structures, "structures", \.name)
        unions = try Self.index(file.unions, "unions", \.name)
        enums = try Self.index(file.enums, "enums", \.name)
        _ = try Self.index(file.operations, "operations", \.name)
        var kinds: [String: String] = [:]
        for (kind, names) in [
            ("structures", file.structures.map(\.name)), ("unions", file.unions.map(\.name)),
            ("enums", file.enums.map(\.name)), ("operations", file.operations.map(\.name)),
        ] {
            for name in names {
                if let other = kinds.updateValue(kind, forKey: name) {
                    throw CodegenError("\(kind).\(name)", "this name is also in \(other)")
                }
            }
        }
    }

    private static func index<Item>(
        _ items: [Item],
        _ place: String,
        _ name: (Item) -> String
    ) throws(CodegenError) -> [String: Item] {
        var result: [String: Item] = [:]
        for item in items where result.updateValue(item, forKey: name(item)) != nil {
            throw CodegenError("\(place).\(name(item))", "this name occurs twice")
        }
        return result
    }

    private mutating func model() throws(CodegenError) -> ServiceModel {
        try checkAdjustments()
        var areas: [ServiceModel.Area] = []
        var rest = Dictionary(uniqueKeysWithValues: file.operations.map { ($0.name, $0) })
        for area in adjustments.areas {
            var operations: [ServiceModel.Operation] = []
            var shapes: [ServiceModel.Shape] = []
            for name in area.operations {
                guard let operation = rest.removeValue(forKey: name) else {
                    throw CodegenError("areas.\(area.name)", "no operation \(name) is left in the model")
                }
                operations.append(try resolve(operation))
                for root in [operation.input, operation.output, operation.outputStream].compactMap(\.self) {
                    let isEnvelope = root != operation.outputStream
                    if isEnvelope { placed.insert(root) }
                    try place(root, includingItself: !isEnvelope, in: &shapes)
                }
            }
            areas.append(.init(name: area.name, subject: area.subject, operations: operations, shapes: shapes))
        }
        if let name = rest.keys.min() { throw CodegenError("operations.\(name)", "no area has this operation") }
        let errors = file.structures.filter(\.isError)
        placed.formUnion(errors.map(\.name))
        let all = file.structures.map(\.name) + file.unions.map(\.name) + file.enums.map(\.name)
        if let name = all.first(where: { !placed.contains($0) }) { throw CodegenError(name, "no operation uses it") }
        var resolvedErrors: [ServiceModel.Structure] = []
        for error in errors { resolvedErrors.append(try resolve(error)) }
        return ServiceModel(namespace: file.namespace, areas: areas, errors: resolvedErrors)
    }

    /// Adjustments that adjust nothing are mistakes.
    private func checkAdjustments() throws(CodegenError) {
        let shapes = file.structures.map { ($0.name, $0.members) } + file.unions.map { ($0.name, $0.members) }
        let members = Set(shapes.flatMap { shape in shape.1.map { "\(shape.0).\($0.name)" } })
        for key in (Array(adjustments.optional.keys) + adjustments.defaults.keys).sorted() where !members.contains(key)
        {
            throw CodegenError("adjustments", "\(key) is no member")
        }
        for name in adjustments.sensitive where structures[name] == nil && unions[name] == nil {
            throw CodegenError("adjustments.sensitive", "\(name) is no structure or union")
        }
        let names = Set(shapes.flatMap { shape in shape.1.map(\.name) })
        for name in adjustments.summaries.keys.sorted() where !names.contains(name) {
            throw CodegenError("adjustments.summaries", "no member is called \(name)")
        }
    }

    private mutating func place(
        _ name: String,
        includingItself: Bool,
        in shapes: inout [ServiceModel.Shape]
    ) throws(CodegenError) {
        if includingItself {
            guard placed.insert(name).inserted else { return }
            shapes.append(try shape(name))
        }
        let members = structures[name]?.members ?? unions[name]?.members ?? []
        for member in members {
            guard let reference = ModelType(member.type)?.reference else { continue }
            try place(reference, includingItself: true, in: &shapes)
        }
    }

    private func shape(_ name: String) throws(CodegenError) -> ServiceModel.Shape {
        if let structure = structures[name] { return .structure(try resolve(structure)) }
        if let union = unions[name] { return .union(try resolve(union)) }
        if let enumeration = enums[name] { return .enumeration(try resolve(enumeration)) }
        throw CodegenError(name, "no such shape")
    }

    private func resolve(_ operation: ModelFile.Operation) throws(CodegenError) -> ServiceModel.Operation {
        let place = "operations.\(operation.name)"
        guard operation.wireName == "\(file.namespace)#\(operation.name)" else {
            throw CodegenError("\(place).wireName", "expected \(file.namespace)#\(operation.name)")
        }
        func structure(_ name: String, _ key: String, _ suffix: String) throws(CodegenError) -> ServiceModel.Structure {
            guard let structure = structures[name] else {
                throw CodegenError("\(place).\(key)", "there is no structure \(name)")
            }
            guard structure.wireName == operation.wireName + suffix else {
                throw CodegenError("structures.\(name).wireName", "expected \(operation.wireName)\(suffix)")
            }
            return try resolve(structure)
        }
        for error in operation.errors where structures[error]?.isError != true {
            throw CodegenError("\(place).errors", "there is no error \(error)")
        }
        var event: ServiceModel.Union?
        if let name = operation.outputStream {
            guard let union = unions[name] else {
                throw CodegenError("\(place).outputStream", "there is no union \(name)")
            }
            event = try resolve(union)
        }
        return .init(
            name: operation.name,
            wireName: operation.wireName,
            input: try structure(operation.input, "input", "Request"),
            output: try structure(operation.output, "output", "Response"),
            event: event,
            errors: operation.errors,
            summary: operation.summary
        )
    }

    private func resolve(_ structure: ModelFile.Structure) throws(CodegenError) -> ServiceModel.Structure {
        .init(
            name: structure.name,
            wireName: structure.wireName,
            members: try resolve(structure.members, of: structure.name, in: "structures"),
            isSensitive: structure.sensitive == true || adjustments.sensitive.contains(structure.name),
            summary: structure.summary
        )
    }

    private func resolve(_ union: ModelFile.Union) throws(CodegenError) -> ServiceModel.Union {
        .init(
            name: union.name,
            members: try resolve(union.members, of: union.name, in: "unions"),
            isSensitive: union.sensitive == true || adjustments.sensitive.contains(union.name),
            summary: union.summary
        )
    }

    private func resolve(_ enumeration: ModelFile.Enumeration) throws(CodegenError) -> ServiceModel.Enumeration {
        let place = "enums.\(enumeration.name)"
        _ = try Self.index(enumeration.values, "\(place).values", \.name)
        _ = try Self.index(enumeration.values, "\(place).values", \.wireValue)
        return .init(
            name: enumeration.name,
            values: enumeration.values.map { .init(name: $0.name, wireValue: $0.wireValue) },
            summary: enumeration.summary
        )
    }

    private func resolve(
        _ members: [ModelFile.Member],
        of shape: String,
        in kind: String
    ) throws(CodegenError) -> [ServiceModel.Member] {
        _ = try Self.index(members, "\(kind).\(shape).members", \.name)
        var result: [ServiceModel.Member] = []
        for member in members {
            let place = "\(kind).\(shape).members.\(member.name)"
            guard let type = ModelType(member.type) else {
                throw CodegenError(place, "unknown type \(member.type)")
            }
            try check(type, at: place)
            let key = "\(shape).\(member.name)"
            let words = member.summary ?? adjustments.summaries[member.name]
            guard var summary = words else { throw CodegenError(place, "nothing says what it is for") }
            if let range = member.range { summary += " \(range.min) to \(range.max)." }
            result.append(
                .init(
                    name: member.name,
                    type: type,
                    isRequired: member.required == true && adjustments.optional[key] == nil,
                    defaultValue: adjustments.defaults[key],
                    isDeprecated: member.deprecated == true,
                    summary: summary
                )
            )
        }
        return result
    }

    private func check(_ type: ModelType, at place: String) throws(CodegenError) {
        switch type {
        case .list(let element), .map(let element): try check(element, at: place)
        case .structure(let name) where structures[name] == nil:
            throw CodegenError(place, "there is no structure \(name)")
        case .union(let name) where unions[name] == nil: throw CodegenError(place, "there is no union \(name)")
        case .enumeration(let name) where enums[name] == nil: throw CodegenError(place, "there is no enum \(name)")
        default: break
        }
    }
}
