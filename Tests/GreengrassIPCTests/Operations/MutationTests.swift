// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GreengrassIPC

/// What a peer could send in place of what the model says: it is read or refused, never worse.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct MutationTests {
    /// In place of a member's value; nil takes the member away.
    private static let replacements: [JSONValue?] = [
        nil, .null, .bool(true), .integer(-7), .double(1.5), .string("*"), .array([]), .array([.null]), .object([:]),
        .object(["x": .null]),
    ]

    @Test("A member that is missing, null or of another type", arguments: SamplePayloadTests.samples(of: "both"))
    func members(_ sample: SamplePayloadTests.Sample) throws {
        let type = try #require(ShapeTable.types[sample.shape])
        let original = try JSONValue(jsonText: sample.text)
        for path in original.paths {
            var absent: Outcome?
            for replacement in Self.replacements {
                let mutant = original.replacing(path[...], with: replacement)
                let outcome = try Self.outcome(type, try mutant.jsonText())
                switch (path.last, replacement) {
                case (.member, nil): absent = outcome
                // As if it were not there: the model has nothing that may be null, but for documents.
                case (.member, .null?): #expect(outcome == absent || outcome.isRead, "\(path)")
                default: break
                }
            }
        }
    }

    @Test("A text that is cut off anywhere", arguments: SamplePayloadTests.samples(of: "both"))
    func truncation(_ sample: SamplePayloadTests.Sample) throws {
        let type = try #require(ShapeTable.types[sample.shape])
        let bytes = Array(sample.text.utf8)
        // A number that is cut off is one still.
        guard bytes.first == UInt8(ascii: "{") else { return }
        for count in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 50)) {
            #expect(throws: JSONError.self) { _ = try type.init(jsonBytes: Array(bytes[..<count]).span) }
        }
    }

    @Test("Every type, from values that are no object", arguments: ShapeTable.types.keys.sorted())
    func kinds(_ shape: String) throws {
        let type = try #require(ShapeTable.types[shape])
        let isEnumeration = (try? type.init(jsonBytes: Array(#""x""#.utf8).span)) != nil
        for text in ["", " ", "null", "[]", "[{}]", "true", "\"", "{", "}", "{}{}", "{\"a\"}", "\u{FEFF}{}"] {
            #expect(throws: JSONError.self, "\(shape) \(text)") { _ = try type.init(jsonBytes: Array(text.utf8).span) }
        }
        // To an enumeration a number is its digits.
        for text in ["7", "1e999", #""x""#] where !isEnumeration {
            #expect(throws: JSONError.self) { _ = try type.init(jsonBytes: Array(text.utf8).span) }
        }
        // Beyond any depth that is read.
        let deep = String(repeating: #"{"x":["#, count: 10_000)
        #expect(throws: JSONError.self) { _ = try type.init(jsonBytes: Array(deep.utf8).span) }
    }

    private enum Outcome: Equatable {
        case read(String)
        case refused

        var isRead: Bool { if case .read = self { true } else { false } }
    }

    private static func outcome(_ type: any (JSONReadable & JSONWritable).Type, _ text: String) throws -> Outcome {
        do throws(JSONError) {
            let value = try type.init(jsonBytes: Array(text.utf8).span)
            return .read((try? value.jsonText()) ?? "unwritable")
        } catch {
            #expect(!error.message.isEmpty)
            return .refused
        }
    }
}

extension JSONValue {
    fileprivate enum Step: Hashable {
        case member(String), element(Int)
    }

    /// Where all values within this one are.
    fileprivate var paths: [[Step]] {
        switch self {
        case .object(let members):
            members.flatMap { name, value in [[.member(name)]] + value.paths.map { [.member(name)] + $0 } }
        case .array(let elements):
            elements.enumerated().flatMap { index, value in
                [[.element(index)]] + value.paths.map { [.element(index)] + $0 }
            }
        default: []
        }
    }

    fileprivate func replacing(_ path: ArraySlice<Step>, with replacement: JSONValue?) -> JSONValue {
        guard let step = path.first else { return replacement ?? .null }
        let rest = path.dropFirst()
        switch (self, step) {
        case (.object(var members), .member(let name)):
            members[name] = rest.isEmpty ? replacement : members[name]?.replacing(rest, with: replacement)
            return .object(members)
        case (.array(var elements), .element(let index)):
            if rest.isEmpty {
                elements[index] = replacement ?? .null
            } else {
                elements[index] = elements[index].replacing(rest, with: replacement)
            }
            return .array(elements)
        default: return self
        }
    }
}
