// SPDX-License-Identifier: Apache-2.0

/// Any JSON value: what the service model calls a document.
///
/// Integers and doubles are kept apart, so that a 64-bit integer stays exact; `1` and `1.0` compare equal, because
/// the classic nucleus turns one into the other.
public enum JSONValue: Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number without fraction or exponent that fits 64 bits.
    case integer(Int64)
    /// Any other number.
    case double(Double)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object; of duplicate keys the last one counts.
    case object([String: JSONValue])
}
