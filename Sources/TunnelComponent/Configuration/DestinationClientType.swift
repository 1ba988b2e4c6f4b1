// SPDX-License-Identifier: Apache-2.0

internal import GreengrassIPC

/// The message format that the proxy expects from the tunnel's other end; it cannot find out by itself.
///
/// A browser's session through the console speaks V1, a source proxy without options V3.
enum DestinationClientType: Hashable, Sendable {
    /// A version that the proxy's `-y` takes.
    enum Version: String, Hashable, Sendable {
        case v1 = "V1"
        case v2 = "V2"
    }

    /// The proxy's own choice, V3.
    case automatic
    /// One version for all tunnels.
    case all(Version)
    /// A version by service; the others take the proxy's choice.
    case byService([String: Version])

    /// Reads `""`, `V1`, `V2`, or a map from service to one of these.
    init(_ value: JSONValue?) throws(ConfigurationError) {
        switch value {
        case nil:
            self = .automatic
        case .object(let members):
            var versions: [String: Version] = [:]
            for (service, value) in members.sorted(by: { $0.key < $1.key }) {
                versions[service] = try Self.version(value, key: "destinationClientType.\(service)")
            }
            self = .byService(versions)
        case .some(let value):
            self = try Self.version(value, key: "destinationClientType").map { .all($0) } ?? .automatic
        }
    }

    /// The `-y` for a tunnel with these services; nil to leave it out.
    ///
    /// V1 knows one service only, so a tunnel with more never gets it; a map counts when it says the same of all.
    func version(for services: [String]) -> Version? {
        let version: Version?
        switch self {
        case .automatic: version = nil
        case .all(let all): version = all
        case .byService(let versions):
            let found = Set(services.map { versions[$0] })
            version = found.count == 1 ? found.first ?? nil : nil
        }
        return version == .v1 && services.count > 1 ? nil : version
    }

    private static func version(_ value: JSONValue, key: String) throws(ConfigurationError) -> Version? {
        switch value {
        case .null: return nil
        case .string(let text) where text.isEmpty: return nil
        case .string(let text):
            if let version = Version(rawValue: text.uppercased()) { return version }
        default: break
        }
        throw ConfigurationError(
            key: key,
            found: ConfigurationReader.describe(value),
            expected: "\"\", \"V1\", \"V2\" or a map from service to one of these"
        )
    }
}

extension DestinationClientType: CustomStringConvertible {
    var description: String {
        switch self {
        case .automatic: "automatic"
        case .all(let version): version.rawValue
        case .byService(let versions):
            versions.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.rawValue)" }.joined(separator: ",")
        }
    }
}
