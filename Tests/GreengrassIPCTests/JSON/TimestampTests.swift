// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import Testing

@Suite("Timestamps", .timeLimit(.minutes(1)))
struct TimestampTests {
    @Test(
        "Written in seconds with a decimal point, never with an exponent",
        arguments: [
            (0, "0.0"), (1, "0.001"), (10, "0.01"), (100, "0.1"), (999, "0.999"), (-1, "-0.001"), (-1500, "-1.5"),
            (1_700_000_000_000, "1700000000.0"), (1_700_000_000_123, "1700000000.123"),
            (1_700_000_000_005, "1700000000.005"),
            (4_102_444_800_001, "4102444800.001"), (.max, "9223372036854775.807"), (.min, "-9223372036854775.808"),
        ] as [(Int64, String)]
    )
    func written(milliseconds: Int64, text: String) throws {
        let timestamp = Timestamp(millisecondsSince1970: milliseconds)
        #expect(try timestamp.jsonText() == text)
        #expect(try Timestamp(jsonText: text) == timestamp)
    }

    @Test(
        "Any number is read and rounded to milliseconds",
        arguments: [
            ("1700000000", 1_700_000_000_000), ("1.7E9", 1_700_000_000_000), ("1.7E+9", 1_700_000_000_000),
            ("1.700000000123E9", 1_700_000_000_123), ("1700000000.1230001", 1_700_000_000_123),
            ("1700000000.1229999", 1_700_000_000_123), ("1700000000.0005", 1_700_000_000_001),
            ("-0.0005", -1), ("0.000499999999999999", 0), ("-0", 0), ("1e-30", 0), ("1e-400", 0),
            ("1700000000.12300000000000000000000000001", 1_700_000_000_123), ("9223372036854775.807", .max),
            ("0.9999999999999999999", 1000), ("0.0018446744073709551615", 2),
        ] as [(String, Int64)]
    )
    func read(text: String, milliseconds: Int64) throws {
        #expect(try Timestamp(jsonText: text).millisecondsSince1970 == milliseconds)
    }

    @Test(
        "What is no number, or out of range, is refused",
        arguments: ["\"1.7E9\"", "null", "9223372036854775.808", "1e17", "-1e300", "1e999", "{}"]
    )
    func refused(text: String) {
        #expect(throws: JSONError.self) { try Timestamp(jsonText: text) }
    }

    @Test("Ordered by time")
    func order() {
        #expect(Timestamp(millisecondsSince1970: -1) < Timestamp(millisecondsSince1970: 0))
        #expect(!(Timestamp(millisecondsSince1970: 5) < Timestamp(millisecondsSince1970: 5)))
    }
}
