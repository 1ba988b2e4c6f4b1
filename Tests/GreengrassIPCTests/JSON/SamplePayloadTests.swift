// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import GreengrassIPC

/// The generated types against payloads that the official Python SDK made or read.
@Suite(.timeLimit(.minutes(1)))
struct SamplePayloadTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var id: String
        var shape: String
        var codec: String
        /// The payload as JSON text.
        var text: String
        /// What the Python SDK writes after reading it; nil where it could not read it.
        var reencoded: JSONValue?
        var testDescription: String { id }
    }

    static let samples: [Sample] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Model/sample-payloads.json")
        guard let data = try? Data(contentsOf: file), let all = try? JSONValue(jsonBytes: Array(data)),
            case .array(let entries)? = all["entries"]
        else { return [] }
        return entries.compactMap { entry in
            guard let id = entry["id"]?.stringValue, let shape = entry["shape"]?.stringValue,
                let codec = entry["codec"]?.stringValue, let json = entry["json"],
                let text = try? entry["text"]?.stringValue ?? json.jsonText()
            else { return nil }
            return Sample(id: id, shape: shape, codec: codec, text: text, reencoded: entry["python"]?["reencoded"])
        }
    }()

    static func samples(of codec: String) -> [Sample] { samples.filter { $0.codec == codec } }

    @Test("The samples cover every shape of the model, and every shape has a type")
    func coverage() {
        #expect(Self.samples.count == 288)
        #expect(Set(Self.samples.map(\.shape)).subtracting(ShapeTable.types.keys) == [])
        #expect(ShapeTable.types.count == 102 + 11 + 13)
        let structuresAndUnions = ShapeTable.types.keys.filter { !Self.enumerations.contains($0) }
        #expect(Set(structuresAndUnions).subtracting(Self.samples.map(\.shape)) == Self.withoutSample)
    }

    /// Empty responses that the selection leaves out.
    private static let withoutSample: Set = [
        "SubscribeToConfigurationUpdateResponse", "UpdateConfigurationResponse", "PauseComponentResponse",
    ]

    private static let enumerations: Set = [
        "CertificateType", "ConfigurationValidityStatus", "ConnectionStatus", "DeploymentStatus",
        "DetailedDeploymentStatus", "FailureHandlingPolicy", "LifecycleState", "MetricUnitType", "PayloadFormat",
        "QOS", "ReceiveMode", "ReportedLifecycleState", "RequestStatus",
    ]

    @Test("JSON to value and back is the same JSON, integers and doubles told apart", arguments: samples(of: "both"))
    func bothWays(_ sample: Sample) throws {
        let type = try #require(ShapeTable.types[sample.shape])
        let original = try JSONValue(jsonText: sample.text)
        for escaping in [JSONWriter.Escaping.standard, .html] {
            let written = try Self.rewritten(sample.text, as: type, escaping: escaping)
            #expect(Self.spelled(try JSONValue(jsonText: written)) == Self.spelled(original))
        }
        #expect(try Self.isEqualAgain(sample.text, as: type))
    }

    /// What we read otherwise than the Python SDK, and why.
    private static let otherwise: [String: String] = [
        // The first alternative counts, as in AWS's C++ SDK.
        "SubscriptionResponseMessage/two": #"{"jsonMessage":{"message":{"a":1},"context":{"topic":"t"}}}"#,
        // Digits become the string that the model wants.
        "PublishToIoTCoreRequest/enum:number": #"{"topicName":"t","qos":"1"}"#,
        // Python fails on null where a blob or a list of structures could be.
        "MQTTMessage/null:blob": #"{"topicName":"t"}"#,
        // Python fails on the URL-safe alphabet and on missing padding.
        "BinaryMessage/blob:urlsafe": #"{"message":"+/8="}"#,
        "BinaryMessage/blob:unpadded": #"{"message":"+/8="}"#,
    ]

    @Test("What others write is read as they mean it", arguments: samples(of: "decodeOnly"))
    func decodeOnly(_ sample: Sample) throws {
        let type = try #require(ShapeTable.types[sample.shape])
        if sample.id == "BinaryMessage/blob:newline" {
            // Nobody writes it; it is an error rather than a guess.
            #expect(throws: JSONError.self) { try Self.rewritten(sample.text, as: type) }
            return
        }
        let expected = try Self.otherwise[sample.id].map { try JSONValue(jsonText: $0) } ?? sample.reencoded
        #expect(try JSONValue(jsonText: try Self.rewritten(sample.text, as: type)) == expected)
    }

    @Test(
        "A union without an alternative cannot be written, and of two the first is read",
        arguments: samples(of: "illegal")
    )
    func illegal(_ sample: Sample) throws {
        let type = try #require(ShapeTable.types[sample.shape])
        switch sample.id {
        case "PublishMessage/none": #expect(throws: JSONError.self) { try Self.rewritten(sample.text, as: type) }
        case "PublishMessage/two":
            // The sample's text has its members sorted.
            #expect(try Self.rewritten(sample.text, as: type) == #"{"binaryMessage":{"message":"Yg=="}}"#)
        default: Issue.record("unknown sample")
        }
    }

    @Test("Unknown members, null and white space change nothing", arguments: samples(of: "both"))
    func tolerance(_ sample: Sample) throws {
        guard case .object(var members) = try JSONValue(jsonText: sample.text) else {
            Issue.record("a payload is an object")
            return
        }
        let type = try #require(ShapeTable.types[sample.shape])
        let plain = try Self.rewritten(sample.text, as: type)
        members["zzUnknown"] = ["deep": [1, 2.5, nil, ["x": "y"]]]
        members["aaUnknown"] = nil
        let text = try JSONValue.object(members).jsonText()
        #expect(try Self.rewritten(" \n\t" + text.replacing(",", with: " ,\r\n") + " ", as: type) == plain)
    }

    @Test("Any member of the wrong type is an error or read, never a crash", arguments: samples)
    func wrongTypes(_ sample: Sample) throws {
        guard case .object(let members) = try JSONValue(jsonText: sample.text) else {
            Issue.record("a payload is an object")
            return
        }
        let type = try #require(ShapeTable.types[sample.shape])
        for name in members.keys {
            for value: JSONValue in [nil, true, 7, -0.5, "text", [], [[]], [nil], [:], ["a": 1]] {
                var broken = members
                broken[name] = value
                _ = try? Self.rewritten(try JSONValue.object(broken).jsonText(), as: type)
            }
        }
    }

    static func rewritten<Shape: JSONReadable & JSONWritable>(
        _ text: String,
        as type: Shape.Type,
        escaping: JSONWriter.Escaping = .standard
    ) throws -> String {
        try Shape(jsonText: text).jsonText(escaping: escaping)
    }

    private static func isEqualAgain<Shape: JSONReadable & JSONWritable & Hashable>(
        _ text: String,
        as type: Shape.Type
    ) throws -> Bool {
        let value = try Shape(jsonText: text)
        let again = try Shape(jsonText: try value.jsonText())
        return value == again && value.hashValue == again.hashValue
    }

    /// A text that tells `1` from `1.0`, which equal each other as values.
    private static func spelled(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let bool): "\(bool)"
        case .integer(let integer): "i\(integer)"
        case .double(let double): "d\(double)"
        case .string(let string): "\"\(string)\""
        case .array(let array): "[\(array.map(spelled).joined(separator: ","))]"
        case .object(let object):
            "{\(object.sorted { $0.key < $1.key }.map { "\($0.key):\(spelled($0.value))" }.joined(separator: ","))}"
        }
    }
}
