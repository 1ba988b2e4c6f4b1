// SPDX-License-Identifier: Apache-2.0

internal import GreengrassIPC

/// What the service publishes on `$aws/things/<thing>/tunnels/notify` when a tunnel is opened or its token rotated.
///
/// Unknown members are tolerated, since the service may add some; everything that is used is checked strictly,
/// because it ends in the arguments of a program.
struct TunnelNotification: Hashable, Sendable {
    /// The key to the tunnel.
    let accessToken: AccessToken
    /// Where the tunnel was opened: lower-case letters, digits and hyphens.
    let region: String
    /// One to three service names, distinct, in the service's order.
    let services: [String]

    /// A payload above this many bytes is refused unread.
    static let maximumPayload = 64 * 1024
    /// How deep a payload may nest; the real ones nest twice.
    static let maximumDepth = 16
    /// What a tunnel can have at most.
    static let maximumServices = 3

    /// Checks the members of a payload.
    init(_ document: JSONValue) throws(Refusal) {
        guard case .object(let members) = document else {
            throw Refusal(
                reason: .notJSON,
                text: "The notification is not a JSON object; publish only tunnel notifications on this topic."
            )
        }
        accessToken = try Self.accessToken(members["clientAccessToken"])
        try Self.checkMode(members["clientMode"])
        region = try Self.region(members["region"])
        services = try Self.services(members["services"])
    }

    private static func accessToken(_ value: JSONValue?) throws(Refusal) -> AccessToken {
        switch value {
        case nil, .null:
            throw Refusal(
                reason: .missingToken,
                text: "The notification has no clientAccessToken; rotate the tunnel's token to get a new one."
            )
        case .string(let text):
            if let token = AccessToken(text) { return token }
            throw Refusal(
                reason: .invalidToken,
                text:
                    "The clientAccessToken (\(text.utf8.count) bytes) must be 1 to \(AccessToken.maximumLength) visible ASCII"
                    + " characters without blanks, quotes, backslash and '#'; rotate the tunnel's token."
            )
        default:
            throw Refusal(
                reason: .invalidToken,
                text: "The clientAccessToken is not a string; rotate the tunnel's token."
            )
        }
    }

    private static func checkMode(_ value: JSONValue?) throws(Refusal) {
        switch value {
        case nil, .null:
            throw Refusal(
                reason: .missingMode,
                text: "The notification has no clientMode; a device takes \"destination\" only."
            )
        case .string(let mode) where mode.lowercased() == "destination":
            return
        default:
            throw Refusal(
                reason: .clientMode,
                text: "The clientMode is not \"destination\"; this agent serves the device's end of a tunnel only."
            )
        }
    }

    private static func region(_ value: JSONValue?) throws(Refusal) -> String {
        switch value {
        case nil, .null:
            throw Refusal(
                reason: .missingRegion,
                text: "The notification has no region; without it the tunnel's endpoint is unknown."
            )
        case .string(let region) where isRegion(region):
            return region
        default:
            throw Refusal(
                reason: .invalidRegion,
                text: "The region must be 1 to 64 lower-case letters, digits and hyphens, like \"eu-central-1\"."
            )
        }
    }

    /// Whether a text has the form of a region's name.
    static func isRegion(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { isLowercase($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
    }

    private static func services(_ value: JSONValue?) throws(Refusal) -> [String] {
        let values: [JSONValue]
        switch value {
        case nil, .null:
            values = []
        case .array(let array):
            values = array
        default:
            throw Refusal(
                reason: .invalidServices,
                text: "The services are not a list of names; open the tunnel with a list of strings."
            )
        }
        guard !values.isEmpty else {
            throw Refusal(
                reason: .missingServices,
                text:
                    "The notification names no service; open the tunnel with a destination configuration that has services."
            )
        }
        guard values.count <= maximumServices else {
            throw Refusal(
                reason: .tooManyServices,
                text: "The notification names \(values.count) services; a tunnel has \(maximumServices) at most."
            )
        }
        var names: [String] = []
        for value in values {
            let name = try serviceName(value)
            guard !names.contains(name) else {
                throw Refusal(
                    reason: .duplicateService,
                    text: "The service \"\(name)\" is named twice; name each service once."
                )
            }
            names.append(name)
        }
        return names
    }

    private static func serviceName(_ value: JSONValue) throws(Refusal) -> String {
        guard case .string(let name) = value else {
            throw Refusal(
                reason: .invalidServices,
                text: "A service's name is not a string; open the tunnel with a list of strings."
            )
        }
        guard isServiceName(name) else {
            throw Refusal(
                reason: .serviceName,
                text:
                    "A service's name must be 1 to 128 letters, digits, '_' and '-'; the proxy takes no other character,"
                    + " not even ':'. Open the tunnel with another name."
            )
        }
        return name
    }

    /// Whether a text can name a service: stricter than the service's own rule, as the proxy's arguments demand.
    static func isServiceName(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                isLowercase(byte | 0x20) || isDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            }
    }

    private static func isLowercase(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
