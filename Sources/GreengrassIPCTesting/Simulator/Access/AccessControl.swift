// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// What a component may do: the `accessControl` of a recipe's default configuration.
///
/// ```json
/// {"aws.greengrass.ipc.mqttproxy": {"com.example:mqttproxy:1": {
///     "operations": ["aws.greengrass#SubscribeToIoTCore"], "resources": ["$aws/things/MyThing/tunnels/notify"]}}}
/// ```
struct AccessControl: Sendable {
    private var policies: [String: [Policy]]?

    private struct Policy: Sendable {
        var operations: [String]
        var resources: [String]
    }

    /// Everything is allowed, as if policies of all services with `*` were there.
    static let unrestricted = AccessControl(policies: nil)

    private init(policies: [String: [Policy]]?) { self.policies = policies }

    /// Reads the document. What has not the right shape allows nothing.
    ///
    /// - Parameter thingName: what `{iot:thingName}` stands for; `nil` leaves it as it is, which is what the nucleus
    ///   does unless it is told to interpolate component configurations.
    init(_ document: JSONValue, thingName: String?) {
        guard case .object(let services) = document else {
            policies = [:]
            return
        }
        policies = services.mapValues { service in
            guard case .object(let named) = service else { return [] }
            return named.values.map { policy in
                Policy(
                    operations: Self.strings(policy, "operations"),
                    resources: Self.strings(policy, "resources").map { Self.interpolated($0, thingName) }
                )
            }
        }
    }

    private static func strings(_ policy: JSONValue, _ member: String) -> [String] {
        guard case .object(let members) = policy, case .array(let values)? = members[member] else { return [] }
        return values.compactMap { value in
            if case .string(let text) = value { text } else { nil }
        }
    }

    private static func interpolated(_ resource: String, _ thingName: String?) -> String {
        let variable = "{iot:thingName}"
        guard let thingName, let range = resource.firstRange(of: variable) else { return resource }
        return resource[..<range.lowerBound] + thingName
            + interpolated(String(resource[range.upperBound...]), thingName)
    }

    /// Whether a policy of `service` allows `operation` (its full name) on `resource`.
    func allows(_ service: String, _ operation: String, on resource: String) -> Bool {
        guard let policies else { return true }
        return policies[service, default: []].contains { policy in
            policy.operations.contains { $0 == "*" || $0 == operation }
                && policy.resources.contains { ResourcePattern.matches($0, resource) }
        }
    }
}

/// How a policy's resource is compared with a topic or filter.
enum ResourcePattern {
    /// `*` stands for anything, slashes included; `+` for one level and `#` for all that remain, as in MQTT. A
    /// wildcard in `resource` is matched only by one that is as wide.
    static func matches(_ pattern: String, _ resource: String) -> Bool {
        guard !resource.isEmpty else { return false }
        return matches(Array(pattern.utf8)[...], Array(resource.utf8)[...], atLevelStart: true)
    }

    private static func matches(
        _ pattern: ArraySlice<UInt8>,
        _ resource: ArraySlice<UInt8>,
        atLevelStart: Bool
    ) -> Bool {
        guard let first = pattern.first else { return resource.isEmpty }
        let rest = pattern.dropFirst()
        switch first {
        case UInt8(ascii: "*"):
            return (resource.startIndex...resource.endIndex).contains { index in
                matches(rest, resource[index...], atLevelStart: false)
            }
        case UInt8(ascii: "#") where atLevelStart && rest.isEmpty:
            return true
        case UInt8(ascii: "+") where atLevelStart && (rest.first ?? UInt8(ascii: "/")) == UInt8(ascii: "/"):
            let end = resource.firstIndex(of: UInt8(ascii: "/")) ?? resource.endIndex
            guard resource[..<end] != [UInt8(ascii: "#")] else { return false }
            return matches(rest, resource[end...], atLevelStart: false)
        default:
            guard resource.first == first else { return false }
            return matches(rest, resource.dropFirst(), atLevelStart: first == UInt8(ascii: "/"))
        }
    }
}
