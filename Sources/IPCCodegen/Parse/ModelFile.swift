// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The model as the file has it: names and type texts, nothing looked up yet.
struct ModelFile: Decodable {
    struct Operation: Decodable {
        var name: String
        var wireName: String
        var input: String
        var output: String
        var outputStream: String?
        var errors: [String]
        var summary: String
    }

    struct Structure: Decodable {
        var name: String
        var wireName: String
        var members: [Member]
        var isError: Bool
        var sensitive: Bool?
        var summary: String
    }

    struct Union: Decodable {
        var name: String
        var wireName: String
        var members: [Member]
        var sensitive: Bool?
        var summary: String
    }

    struct Member: Decodable {
        struct Bounds: Decodable {
            var min: Int
            var max: Int
        }

        var name: String
        var type: String
        var required: Bool?
        var deprecated: Bool?
        var range: Bounds?
        var summary: String?
    }

    struct Enumeration: Decodable {
        struct Value: Decodable {
            var name: String
            var wireValue: String
        }

        var name: String
        var values: [Value]
        var summary: String
    }

    var namespace: String
    var operations: [Operation]
    var structures: [Structure]
    var unions: [Union]
    var enums: [Enumeration]
}

/// What this project decides beyond the model: files, leniency, defaults, words.
struct Adjustments: Decodable {
    struct Area: Decodable {
        var name: String
        var subject: String
        var operations: [String]
    }

    var areas: [Area]
    /// Members that the model requires and servers leave out, with the reason.
    var optional: [String: String]
    /// Default values of members, as Swift.
    var defaults: [String: String]
    /// Types that hold secrets, beyond those that the model marks.
    var sensitive: [String]
    /// What members are for, by name, where the model does not say.
    var summaries: [String: String]
}

enum JSONFile {
    /// Reads a JSON file into a value.
    ///
    /// - Throws: ``CodegenError`` that names the file and the member.
    static func read<Value: Decodable>(_ type: Value.Type, named name: String, from data: Data) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch let error as DecodingError {
            throw CodegenError(name, describe(error))
        }
    }

    private static func describe(_ error: DecodingError) -> String {
        func place(_ context: DecodingError.Context, _ last: String? = nil) -> String {
            (context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue } + [last].compactMap(\.self))
                .joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context): return "\(place(context, key.stringValue)) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "\(place(context)): \(context.debugDescription)"
        case .dataCorrupted(let context): return "\(place(context)): \(context.debugDescription)"
        @unknown default: return "\(error)"
        }
    }
}
