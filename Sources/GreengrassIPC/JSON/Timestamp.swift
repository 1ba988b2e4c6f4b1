// SPDX-License-Identifier: Apache-2.0

/// A point in time with millisecond precision, as the IPC protocol has it.
///
/// In JSON it is a number of seconds, always written with a decimal point (nucleus lite refuses others) and never with
/// an exponent; any number is read and rounded to milliseconds.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds; negative before.
    public var millisecondsSince1970: Int64

    /// The point in time so many milliseconds after 1970-01-01T00:00:00Z.
    public init(millisecondsSince1970: Int64) {
        self.millisecondsSince1970 = millisecondsSince1970
    }

    /// Orders by time.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.millisecondsSince1970 < right.millisecondsSince1970
    }

    /// Seconds since 1970 as in JSON: `1700000000.0`, `-1.5`.
    public var description: String {
        let (seconds, milliseconds) = millisecondsSince1970.magnitude.quotientAndRemainder(dividingBy: 1000)
        var fraction = String(milliseconds)
        fraction = String(repeating: "0", count: 3 - fraction.utf8.count) + fraction
        while fraction.utf8.count > 1, fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(millisecondsSince1970 < 0 ? "-" : "")\(seconds).\(fraction)"
    }
}

extension Timestamp: JSONReadable, JSONWritable {
    /// Reads any number of seconds.
    public init(from reader: inout JSONReader) throws(JSONError) {
        self = try reader.readTimestamp()
    }

    /// Writes seconds with a decimal point.
    public func write(to writer: inout JSONWriter) {
        writer.timestamp(self)
    }
}
