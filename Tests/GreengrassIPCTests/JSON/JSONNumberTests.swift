// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Foundation
import GreengrassIPC
import Testing

@Suite("JSON numbers", .timeLimit(.minutes(1)))
struct JSONNumberTests {
    @Test(
        "64-bit integers are exact, however they are written",
        arguments: [
            ("0", 0), ("-0", 0), ("25", 25), ("25.0", 25), ("2.5E1", 25), ("2.5e+1", 25), ("250e-1", 25),
            ("0.25e2", 25),
            ("1.024E3", 1024), ("1e18", 1_000_000_000_000_000_000), ("9007199254740993", 9_007_199_254_740_993),
            ("9.007199254740993E15", 9_007_199_254_740_993), ("9223372036854775807", .max),
            ("9223372036854775807.000", .max), ("9.223372036854775807e18", .max), ("-9223372036854775808", .min),
            ("-9.223372036854775808e+18", .min), ("0e999999999999999999999", 0), ("0.000", 0), ("-0.0e-5", 0),
            ("10000000000000000000000e-22", 1),
        ] as [(String, Int64)]
    )
    func integers(text: String, expected: Int64) throws {
        #expect(try Int64(jsonText: text) == expected)
    }

    @Test(
        "What is no 64-bit integer is refused as one",
        arguments: [
            "0.5", "1e-1", "25.5", "9223372036854775808", "-9223372036854775809", "1e19", "18446744073709551616",
            "99999999999999999999", "1e400", "1e999999999999999999999", "1e-999999999999999999999", "\"25\"", "null",
            "true", "[1]", "",
        ]
    )
    func noIntegers(text: String) {
        #expect(throws: JSONError.self) { try Int64(jsonText: text) }
    }

    @Test("32-bit integers have their own range")
    func smallIntegers() throws {
        #expect(try Int32(jsonText: "2147483647") == .max)
        #expect(try Int32(jsonText: "-2.147483648E9") == .min)
        #expect(throws: JSONError.self) { try Int32(jsonText: "2147483648") }
        #expect(throws: JSONError.self) { try Int32(jsonText: "-2147483649") }
    }

    @Test("Documents keep integers and doubles apart")
    func kinds() throws {
        let texts = [
            "1", "1.0", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e2", "-0", "-0.0",
        ]
        let written = try texts.map { try JSONValue(jsonText: $0).jsonText() }
        #expect(
            written == [
                "1", "1.0", "9223372036854775807", "9.223372036854775808e+18".double, "-9.223372036854775809e18".double,
                "100.0", "0", "-0.0",
            ]
        )
    }

    @Test(
        "Doubles are read as Foundation reads them",
        arguments: [
            "0.1", "1e-7", "1e22", "1e23", "0.3333333333333333", "5e-324", "2.2250738585072014e-308",
            "1.7976931348623157e308", "123456789012345678901234567890", "9007199254740993", "9007199254740992.5",
            "0.000000000000000000000000000000000001", "1.00000000000000011102230246251565404",
            "1e-0000000000000000000000000000000000000000000000005", "-2.5E-3", "179769313486231580793e287",
        ]
    )
    func doubles(text: String) throws {
        let expected = try JSONDecoder().decode([Double].self, from: Data("[\(text)]".utf8))[0]
        #expect(try Double(jsonText: text).bitPattern == expected.bitPattern)
        #expect(try JSONValue(jsonText: text).doubleValue == expected)
    }

    @Test("Too small is zero", arguments: ["1e-400", "-1e-99999999999999999999", "0e999"])
    func underflow(text: String) throws {
        #expect(try Double(jsonText: text) == 0)
    }

    @Test("Random doubles survive writing and reading, and Foundation agrees")
    func randomDoubles() throws {
        var generator = SeededRandom(seed: 1)
        for round in 0..<20_000 {
            let double: Double
            if round.isMultiple(of: 2) {
                double = Double(bitPattern: generator.next())
            } else {
                double = Double(Int64.random(in: -1_000_000...1_000_000, using: &generator)) / 1000
            }
            guard double.isFinite else { continue }
            let bytes = try double.jsonBytes()
            #expect(try Double(jsonBytes: bytes).bitPattern == double.bitPattern)
            #expect(try JSONDecoder().decode(Double.self, from: Data(bytes)) == double)
        }
    }

    @Test(
        "Doubles too big to be doubles are refused, but may be skipped",
        arguments: ["1e309", "-1e400", "1e999999999999999999999999", "1" + String(repeating: "0", count: 400)]
    )
    func hugeDoubles(text: String) throws {
        #expect(throws: JSONError.self) { try Double(jsonText: text) }
        #expect(throws: JSONError.self) { try JSONValue(jsonText: text) }
        var reader = JSONReader(text.utf8.span)
        try reader.skipValue()
        try reader.finish()
    }

    @Test("Numbers with very many digits are read", arguments: ["1", "9"])
    func longNumbers(digit: String) throws {
        let fraction = "0." + String(repeating: digit, count: 100_000)
        #expect(try Double(jsonText: fraction) == Double(fraction))
        let small = "0." + String(repeating: "0", count: 100_000) + digit + "e100001"
        #expect(try Int64(jsonText: small) == Int64(digit))
    }

    @Test(
        "Doubles are written shortest, integral ones with a point",
        arguments: [
            (5.0, "5.0"), (0.1, "0.1"), (-0.0, "-0.0"), (1e22, "1e+22"), (1e-7, "1e-07"),
            (0.3333333333333333, "0.3333333333333333"),
        ]
    )
    func writtenDoubles(double: Double, expected: String) throws {
        #expect(try double.jsonText() == expected)
    }

    @Test("NaN and infinities cannot be written", arguments: [Double.nan, .infinity, -.infinity])
    func unwritable(double: Double) {
        #expect(throws: JSONError.self) { try double.jsonBytes() }
        #expect(throws: JSONError.self) { try JSONValue.array([.double(double)]).jsonBytes() }
    }

    @Test(
        "Enumerations may come as strings or as numbers",
        arguments: [("\"1\"", "1"), ("1", "1"), ("1.0", "1"), ("\"x\"", "x")]
    )
    func enumerations(text: String, expected: String) throws {
        var reader = JSONReader(text.utf8.span)
        #expect(try reader.readEnumeration() == expected)
        try reader.finish()
    }
}

extension String {
    /// The shortest text of the double that this one stands for.
    fileprivate var double: String { Double(self)?.description ?? "" }
}
