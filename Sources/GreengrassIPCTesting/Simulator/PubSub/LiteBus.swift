// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// How much JSON lite's daemons can hand on to each other.
enum LiteBus {
    /// Values in one event; a member of an object counts twice.
    private static let eventValues = 50
    /// Those of an event's own: its topic, its kind and its payload.
    private static let ownValues = 6
    /// Values in one request.
    private static let requestValues = 255
    private static let depth = 15

    /// Whether an event with this message reaches its subscribers.
    static func carries(_ message: JSONValue) -> Bool {
        guard let count = count(message, depth: 2) else { return false }
        return count + ownValues <= eventValues
    }

    /// Whether a request can be read.
    static func reads(_ request: JSONValue) -> Bool {
        guard let count = count(request, depth: 1) else { return false }
        return count <= requestValues
    }

    /// `nil` when it nests too deep.
    private static func count(_ value: JSONValue, depth: Int) -> Int? {
        switch value {
        case .object(let members):
            guard depth <= Self.depth else { return nil }
            var sum = 2 * members.count
            for member in members.values {
                guard let inner = count(member, depth: depth + 1) else { return nil }
                sum += inner
            }
            return sum
        case .array(let elements):
            guard depth <= Self.depth else { return nil }
            var sum = elements.count
            for element in elements {
                guard let inner = count(element, depth: depth + 1) else { return nil }
                sum += inner
            }
            return sum
        default: return 0
        }
    }
}
