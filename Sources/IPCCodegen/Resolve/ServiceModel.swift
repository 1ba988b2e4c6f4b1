// SPDX-License-Identifier: Apache-2.0

/// The model with every reference looked up, as the renderer needs it.
struct ServiceModel {
    struct Member {
        var name: String
        var type: ModelType
        /// Whether a value without it cannot exist.
        var isRequired: Bool
        var defaultValue: String?
        var isDeprecated: Bool
        /// One sentence.
        var summary: String

        /// The type in Swift, with the question mark of what may be absent.
        var swiftType: String { type.swift + (isRequired ? "" : "?") }
    }

    struct Structure {
        var name: String
        var wireName: String
        var members: [Member]
        var isSensitive: Bool
        var summary: String
    }

    struct Union {
        var name: String
        var members: [Member]
        var isSensitive: Bool
        var summary: String
    }

    struct Enumeration {
        struct Value {
            var name: String
            var wireValue: String
        }

        var name: String
        var values: [Value]
        var summary: String
    }

    enum Shape {
        case structure(Structure)
        case union(Union)
        case enumeration(Enumeration)

        var name: String {
            switch self {
            case .structure(let structure): structure.name
            case .union(let union): union.name
            case .enumeration(let enumeration): enumeration.name
            }
        }
    }

    struct Operation {
        var name: String
        var wireName: String
        var input: Structure
        var output: Structure
        var event: Union?
        var errors: [String]
        var summary: String
    }

    /// What goes into one file.
    struct Area {
        var name: String
        var subject: String
        var operations: [Operation]
        /// The shapes that no earlier area has, in the order in which they are met; requests and responses excepted.
        var shapes: [Shape]
    }

    var namespace: String
    var areas: [Area]
    var errors: [Structure]

    var operations: [Operation] { areas.flatMap(\.operations).sorted { $0.name < $1.name } }
}
