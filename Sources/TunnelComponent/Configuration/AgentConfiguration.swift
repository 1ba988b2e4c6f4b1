// SPDX-License-Identifier: Apache-2.0

internal import GreengrassIPC

/// The component's configuration, checked: what services are offered and how tunnels are run.
///
/// Keys that it does not know are left alone: `accessControl`, which is the nucleus's, and those of later versions.
struct AgentConfiguration: Hashable, Sendable {
    /// The services that may be reached; the defaults stay unless they are set to `null`.
    var services = ServiceMap.standard
    /// Absolute path of the proxy; empty to search for it.
    var localproxyPath = ""
    /// The data endpoint, `host` or `host:port`, in place of the region's; empty for the region's.
    var endpoint = ""
    /// The message format of the tunnel's other end.
    var destinationClientType = DestinationClientType.automatic
    /// Absolute path of a further CA directory or bundle; empty for none.
    var caPath = ""
    /// The regions that tunnels may come from; empty for any.
    var allowedRegions: [String] = []
    /// How many tunnels may run at once.
    var maxConcurrentTunnels = 20
    /// How long a tunnel may live.
    var tunnelTimeout = Duration.seconds(43_200)
    /// How long a proxy may take to connect.
    var connectTimeout = Duration.seconds(60)
    /// How often the subscription is renewed; nil for never.
    var resubscribeInterval: Duration? = .seconds(600)
    /// The least severe lines that are logged.
    var logLevel = LogLevel.info

    /// What holds when nothing is configured.
    init() {}

    /// Checks a configuration document; the first bad value throws.
    init(_ document: JSONValue) throws(ConfigurationError) {
        let reader = try ConfigurationReader(document)
        try Self.checkEngine(reader)
        services = try ServiceMap(reader.value("services"))
        localproxyPath = try reader.text("localproxyPath", default: "", expected: Self.pathRule, where: Self.isPath)
        endpoint = try reader.text("endpoint", default: "", expected: Self.hostRule, where: Self.isHostAndPort)
        destinationClientType = try DestinationClientType(reader.value("destinationClientType"))
        caPath = try reader.text("caPath", default: "", expected: Self.pathRule, where: Self.isPath)
        allowedRegions = try reader.texts(
            "allowedRegions",
            expected: "region names like \"eu-central-1\"",
            where: TunnelNotification.isRegion
        )
        maxConcurrentTunnels = try reader.integer("maxConcurrentTunnels", default: 20, in: 1...1000)
        tunnelTimeout = .seconds(try reader.integer("tunnelTimeoutSeconds", default: 43_200, in: 1...43_200))
        connectTimeout = .seconds(try reader.integer("connectTimeoutSeconds", default: 60, in: 1...3600))
        let resubscribe = try reader.integer("resubscribeSeconds", default: 600, in: 0...86_400)
        resubscribeInterval = resubscribe == 0 ? nil : .seconds(resubscribe)
        logLevel = try LogLevel(reader.value("logLevel"))
    }

    /// Refuses what would change the agent's safety or its way of working and is not there yet, rather than ignore it.
    private static func checkEngine(_ reader: ConfigurationReader) throws(ConfigurationError) {
        _ = try reader.text(
            "engine",
            default: "localproxy",
            expected: "\"localproxy\", the only engine of this version"
        ) {
            $0 == "localproxy"
        }
        _ = try reader.text(
            "localproxySHA256",
            default: "",
            expected: "\"\": this version does not check the binary's hash"
        ) {
            $0.isEmpty
        }
    }

    private static let pathRule = "an absolute path, or \"\""

    private static func isPath(_ text: String) -> Bool {
        text.isEmpty
            || (text.hasPrefix("/") && text.utf8.count < 4096 && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
    }

    private static let hostRule = "host or host:port without a scheme, or \"\""

    private static func isHostAndPort(_ text: String) -> Bool {
        if text.isEmpty { return true }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, parts.count <= 2, isHost(host) else { return false }
        return parts.count == 1 || isPort(parts[1])
    }

    private static func isHost(_ text: Substring) -> Bool {
        // A leading hyphen would be read as an option.
        guard (1...253).contains(text.utf8.count), text.first != "-" else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"): true
            default: false
            }
        }
    }

    private static func isPort(_ text: Substring) -> Bool {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return false }
        return UInt16(text).map { $0 > 0 } ?? false
    }
}

extension ServiceMap {
    /// The defaults with a configuration's `services` laid over them: a port, a `host:port`, a socket path, or `null`
    /// to take a service away.
    init(_ value: JSONValue?) throws(ConfigurationError) {
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
                endpoints[name] = try Self.endpoint(value, key: "services.\(name)")
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

    private static func endpoint(_ value: JSONValue, key: String) throws(ConfigurationError) -> Endpoint? {
        do throws(EndpointError) {
            switch value {
            case .null: return nil
            case .string(let text): return try Endpoint(parsing: text)
            default:
                if let port = ConfigurationReader.integer(value) { return try Endpoint(port: port) }
                throw EndpointError("use a port, host:port or an absolute socket path")
            }
        } catch {
            throw ConfigurationError(
                key: key,
                found: ConfigurationReader.describe(value),
                expected: "a port, host:port on the loopback, an absolute socket path or null (\(error))"
            )
        }
    }
}

extension LogLevel {
    /// The level that a configuration names, `info` when it names none.
    init(_ value: JSONValue?) throws(ConfigurationError) {
        switch value {
        case nil: self = .info
        case .string(let text) where text.isEmpty: self = .info
        case .some(let value):
            guard case .string(let text) = value, let level = LogLevel(named: text) else {
                throw ConfigurationError(
                    key: "logLevel",
                    found: ConfigurationReader.describe(value),
                    expected: "debug, info, warning or error"
                )
            }
            self = level
        }
    }
}
