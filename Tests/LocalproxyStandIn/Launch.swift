// SPDX-License-Identifier: Apache-2.0

/// The options, checked in the order of the real program and with its words.
struct Launch {
    let accessToken: String
    let clientToken: String?
    /// `wss://host:port`.
    let url: String
    /// Service name, empty when none was given, and endpoint.
    let mappings: [(service: String, endpoint: String)]
    let isDestination: Bool

    init(_ options: Options, output: inout Output) throws(Failure) {
        guard let accessToken = options["access-token"] else {
            throw .usage("the option '--access-token' is required but missing")
        }
        let region = options["region"]
        let endpoint = options["proxy-endpoint"]
        guard (region == nil) != (endpoint == nil) else {
            throw .usage("Must specify one and only one of --region/-r or --proxy-endpoint/-e options")
        }
        if options.isTokenInArguments {
            output.log(
                .warning,
                "Found access token supplied via CLI arg. Consider using environment variable"
                    + " AWSIOT_TUNNEL_ACCESS_TOKEN instead"
            )
        }
        isDestination = try Self.isDestination(options)
        self.accessToken = try Self.checked(accessToken: accessToken)
        clientToken = try Self.checked(clientToken: options["client-token"])
        if let region {
            url = try Self.url(region: region)
        } else {
            url = try Self.url(endpoint: endpoint ?? "")
        }
        mappings = try Self.mappings(options["destination-app"] ?? options["source-listen-port"] ?? "")
        guard !mappings.isEmpty else {
            throw .invalid(rejected: "", "No port mapping found for the mode; give one with -s, -d or --config-dir")
        }
        output.verbosity = options["verbose"].flatMap { Int($0) } ?? output.verbosity
    }

    private static func isDestination(_ options: Options) throws(Failure) -> Bool {
        let hasSource = options["source-listen-port"] != nil
        let hasDestination = options["destination-app"] != nil
        guard !(hasSource && hasDestination) else {
            throw .usage("Must specify one and only one of --source-listen-port/-s or --destination-app/-d")
        }
        if let mode = options["mode"] {
            guard ["src", "dst", "source", "destination"].contains(mode) else {
                throw .usage("Mode value is wrong! Allowed values are: src, dst, source, destination")
            }
            return mode.hasPrefix("d")
        }
        guard hasSource || hasDestination else {
            throw .usage("Must specify one of --source-listen-port/-s or --destination-app/-d or --mode")
        }
        return hasDestination
    }

    private static func checked(accessToken: String) throws(Failure) -> String {
        guard accessToken.utf8.count <= 4096 else {
            throw .invalid(rejected: "'access-token': exceeds maximum length", "Access token exceeds maximum length")
        }
        guard accessToken.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw .invalid(rejected: "'access-token': invalid characters", "Access token contains invalid characters")
        }
        return accessToken
    }

    private static func checked(clientToken: String?) throws(Failure) -> String? {
        guard let clientToken else { return nil }
        guard (32...128).contains(clientToken.utf8.count) else {
            throw .invalid(
                rejected: "'client-token': invalid length (must be 32-128 chars)",
                "Client token must be between 32 and 128 characters"
            )
        }
        return clientToken
    }

    private static func url(region: String) throws(Failure) -> String {
        guard (1...64).contains(region.utf8.count), region.allSatisfy({ isLowercaseOrDigit($0) || $0 == "-" }) else {
            throw .invalid(
                rejected: "'region': invalid format",
                "Region must contain only lowercase letters, numbers, and hyphens"
            )
        }
        let suffix = ["cn-north-1", "cn-northwest-1"].contains(region) ? ".cn" : ""
        return "wss://data.tunneling.iot.\(region).amazonaws.com\(suffix):443"
    }

    private static func url(endpoint: String) throws(Failure) -> String {
        let parts = endpoint.split(separator: ":", omittingEmptySubsequences: false)
        let isHost = parts[0].lowercased().allSatisfy { isLowercaseOrDigit($0) || $0 == "." || $0 == "-" }
        guard isHost, !parts[0].isEmpty, parts.count <= 2, endpoint.utf8.count <= 253 else {
            throw .invalid(
                rejected: "'proxy-endpoint': invalid characters",
                "Proxy endpoint contains invalid characters"
            )
        }
        if parts.count == 2 { try checkPort(parts[1]) }
        return "wss://\(parts[0]):\(parts.count == 2 ? String(parts[1]) : "443")"
    }

    private static func mappings(_ text: String) throws(Failure) -> [(service: String, endpoint: String)] {
        var mappings: [(service: String, endpoint: String)] = []
        for pair in text.split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let service = parts.count == 2 ? String(parts[0]) : ""
            guard service.lowercased().allSatisfy({ isLowercaseOrDigit($0) || $0 == "-" || $0 == "_" }) else {
                throw .invalid(
                    rejected: "'service-id': invalid characters",
                    "Service ID must contain only alphanumeric characters, hyphens, and underscores"
                )
            }
            let endpoint = parts[parts.count - 1]
            if !endpoint.contains("/") { try checkPort(endpoint.split(separator: ":").last ?? "") }
            mappings.append((service, String(endpoint)))
        }
        return mappings
    }

    private static func checkPort(_ text: Substring) throws(Failure) {
        guard let port = Int(text), (1...65535).contains(port) else {
            throw .invalid(rejected: "'port': out of valid range", "Port must be between 1 and 65535")
        }
    }

    private static func isLowercaseOrDigit(_ character: Character) -> Bool {
        ("a"..."z").contains(character) || ("0"..."9").contains(character)
    }
}
