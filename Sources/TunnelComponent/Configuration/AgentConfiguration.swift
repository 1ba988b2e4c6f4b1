// SPDX-License-Identifier: Apache-2.0

internal import GreengrassIPC

/// The component's configuration, checked: what services are offered and how tunnels are run.
///
/// Keys that it does not know are left alone: `accessControl`, which is the nucleus's, and those of later versions.
struct AgentConfiguration: Hashable, Sendable {
    /// The services that may be reached; the defaults stay unless they are set to `null`.
    var services = ServiceMap.standard
    /// What services may lead to besides this device.
    var network = NetworkPolicy()
    /// Absolute path of the proxy; empty to search for it.
    var localproxyPath = ""
    /// The proxy's SHA-256 in lower-case hexadecimal digits; empty for any proxy.
    var localproxySHA256 = ""
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
    /// How many tunnels may begin in a minute.
    var maxTunnelsPerMinute = 120
    /// How long a tunnel may live.
    var tunnelTimeout = Duration.seconds(43_200)
    /// How long a proxy may take to connect.
    var connectTimeout = Duration.seconds(60)
    /// How long a connected tunnel may be unused; nil for ever.
    var idleTimeout: Duration?
    /// Whether proxies are told of the web proxy that the environment names.
    var usesWebProxy = true
    /// For how long in all a component update is put off while a tunnel is open; zero for never.
    var updateDeferral = Duration.zero
    /// How often the subscription is renewed; nil for never.
    var resubscribeInterval: Duration? = .seconds(600)
    /// The least severe lines that are logged.
    var logLevel = LogLevel.info

    /// How lines are written.
    var logFormat = LogFormat.text
    /// Absolute path of the status file; empty for the working directory, `none` for no file.
    var statusFile = ""
    /// The topic that the status is published on, `{thingName}` standing for the thing; empty for none.
    var statusTopic = ""
    /// Whose topic that is.
    var statusDestination = StatusDestination.local

    /// What holds when nothing is configured.
    init() {}

    /// Checks a configuration document; the first bad value throws.
    init(_ document: JSONValue) throws(ConfigurationError) {
        let reader = try ConfigurationReader(document)
        try Self.checkEngine(reader)
        network = NetworkPolicy(
            rules: try reader.list("allowNonLoopback", expected: Self.networkRule, AddressRule.init)
        )
        services = try ServiceMap(reader.value("services"), network: network)
        localproxyPath = try reader.text("localproxyPath", default: "", expected: Self.pathRule, where: Self.isPath)
        localproxySHA256 = try reader.text(
            "localproxySHA256",
            default: "",
            expected: Self.digestRule,
            where: Self.isDigest
        ).lowercased()
        endpoint = try reader.text("endpoint", default: "", expected: Self.hostRule, where: Self.isHostAndPort)
        destinationClientType = try DestinationClientType(reader.value("destinationClientType"))
        caPath = try reader.text("caPath", default: "", expected: Self.pathRule, where: Self.isPath)
        allowedRegions = try reader.texts(
            "allowedRegions",
            expected: "region names like \"eu-central-1\"",
            where: TunnelNotification.isRegion
        )
        maxConcurrentTunnels = try reader.integer("maxConcurrentTunnels", default: 20, in: 1...1000)
        maxTunnelsPerMinute = try reader.integer("maxTunnelsPerMinute", default: 120, in: 1...60_000)
        tunnelTimeout = .seconds(try reader.integer("tunnelTimeoutSeconds", default: 43_200, in: 1...43_200))
        connectTimeout = .seconds(try reader.integer("connectTimeoutSeconds", default: 60, in: 1...3600))
        let resubscribe = try reader.integer("resubscribeSeconds", default: 600, in: 0...86_400)
        resubscribeInterval = resubscribe == 0 ? nil : .seconds(resubscribe)
        try readLimits(reader)
        logLevel = try LogLevel(reader.value("logLevel"))
        try readReporting(reader)
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
    }

    private static let networkRule = "IPv4 networks with a port like \"10.1.0.0/16:5432\""

    private mutating func readLimits(_ reader: ConfigurationReader) throws(ConfigurationError) {
        let idle = try reader.integer("idleTimeoutSeconds", default: 0, in: 0...43_200)
        idleTimeout = idle == 0 ? nil : .seconds(idle)
        usesWebProxy = try reader.flag("useWebProxy", default: true)
        updateDeferral = .seconds(try reader.integer("deferUpdatesSeconds", default: 0, in: 0...43_200))
    }

    private mutating func readReporting(_ reader: ConfigurationReader) throws(ConfigurationError) {
        let format = try reader.text("logFormat", default: "text", expected: "\"text\" or \"json\"") {
            $0.isEmpty || LogFormat(rawValue: $0) != nil
        }
        logFormat = LogFormat(rawValue: format) ?? .text
        statusFile = try reader.text("statusFile", default: "", expected: "\(Self.pathRule), or \"none\"") {
            $0 == Self.noStatusFile || Self.isPath($0)
        }
        statusTopic = try reader.text("statusTopic", default: "", expected: Self.topicRule, where: Self.isTopic)
        let destination = try reader.text("statusDestination", default: "", expected: "\"local\" or \"iotcore\"") {
            $0.isEmpty || StatusDestination(rawValue: $0) != nil
        }
        statusDestination = StatusDestination(rawValue: destination) ?? .local
    }
}
