// SPDX-License-Identifier: Apache-2.0

internal import GreengrassIPC

extension ServiceMap {
    /// The defaults with a configuration's `services` laid over them: a port, a `host:port`, a socket path, or `null`
    /// to take a service away.
    init(_ value: JSONValue?, network: NetworkPolicy = NetworkPolicy()) throws(ConfigurationError) {
        var endpoints = ServiceMap.standard.endpoints
        switch value {
        case nil: break
        case .object(let members):
            // Sorted, so that of several mistakes always the same one is reported.
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                guard TunnelNotification.isServiceName(name) else {
                    throw ConfigurationError(
                        key: "services",
                        found: "a map with the name \(ConfigurationReader.describe(.string(name)))",
                        expected: "names of 1 to 128 letters, digits, '_' and '-'"
                    )
                }
                endpoints[name] = try Self.endpoint(value, key: "services.\(name)", network)
            }
        case .some(let value):
            throw ConfigurationError(
                key: "services",
                found: ConfigurationReader.describe(value),
                expected: "a map from service name to port, host:port or socket path"
            )
        }
        self.init(endpoints)
    }

    private static func endpoint(
        _ value: JSONValue,
        key: String,
        _ network: NetworkPolicy
    ) throws(ConfigurationError) -> Endpoint? {
        do throws(EndpointError) {
            let endpoint: Endpoint
            switch value {
            case .null: return nil
            case .string(let text): endpoint = try Endpoint(parsing: text)
            default:
                guard let port = ConfigurationReader.integer(value) else {
                    throw EndpointError("use a port, host:port or an absolute socket path")
                }
                endpoint = try Endpoint(port: port)
            }
            try network.check(endpoint)
            return endpoint
        } catch {
            throw ConfigurationError(
                key: key,
                found: ConfigurationReader.describe(value),
                expected: "a port, host:port on the loopback or allowed by allowNonLoopback, an absolute socket"
                    + " path or null (\(error))"
            )
        }
    }
}
