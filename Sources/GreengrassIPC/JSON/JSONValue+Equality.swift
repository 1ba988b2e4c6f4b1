// SPDX-License-Identifier: Apache-2.0

extension JSONValue: Hashable {
    /// Compares values; an integer equals a double of exactly the same value.
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.double(let left), .double(let right)): left == right || left.bitPattern == right.bitPattern
        case (.integer(let integer), .double(let double)), (.double(let double), .integer(let integer)):
            Int64(integral: double) == integer
        case (.string(let left), .string(let right)): left == right
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    /// Hashes in accordance with equality.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let bool): hasher.combine(bool)
        case .integer(let integer): hasher.combine(integer)
        case .double(let double):
            if let integer = Int64(integral: double) {
                hasher.combine(integer)
            } else {
                hasher.combine(double.bitPattern)
            }
        case .string(let string): hasher.combine(string)
        case .array(let array): hasher.combine(array)
        case .object(let object): hasher.combine(object)
        }
    }
}
