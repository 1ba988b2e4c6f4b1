// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// The checks that need neither nucleus nor child process.
struct SurroundingsCheck {
    let configuration: AgentConfiguration
    let surroundings: Surroundings
    var resolve: (String) -> NameLookup.Outcome = NameLookup.search
    var ports = ListeningPorts(tcp: Self.text("/proc/net/tcp"), tcp6: Self.text("/proc/net/tcp6"))

    private static func text(_ path: String) -> String {
        String(decoding: (try? Files.read(path)) ?? [], as: UTF8.self)
    }

    /// The proxy's path if it may be launched.
    func program() -> (path: String?, finding: CheckFinding) {
        do throws(SpawnFailure) {
            let program = try surroundings.localproxy(configuration)
            let digest = configuration.localproxySHA256.isEmpty ? "any content is taken" : "its SHA-256 is right"
            return (program.path, CheckFinding(.ok, "localproxy", "\(program.path), \(digest)"))
        } catch {
            return (nil, CheckFinding(.error, "localproxy", error.text))
        }
    }

    // MARK: - Certificates

    func certificates() -> CheckFinding {
        let subject = "certificates"
        if !configuration.caPath.isEmpty {
            let path = configuration.caPath
            switch Files.kind(path) {
            case .file where (try? Files.read(path)) != nil: return CheckFinding(.ok, subject, "the bundle \(path)")
            case .directory: return CheckFinding(.ok, subject, "the directory \(path)")
            default:
                return CheckFinding(
                    .error,
                    subject,
                    "caPath \(path) cannot be read",
                    remedy: "set caPath to a PEM bundle or to a directory that `openssl rehash` has seen"
                )
            }
        }
        let named = ["SSL_CERT_FILE", "SSL_CERT_DIR"].compactMap { surroundings.environment[$0] }
        let usual = [
            "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
            "/etc/ssl/certs",
        ]
        if let found = (named + usual).first(where: { Files.exists($0) }) { return CheckFinding(.ok, subject, found) }
        return CheckFinding(
            .error,
            subject,
            "no CA certificates found",
            remedy: "install the package ca-certificates or set caPath"
        )
    }

    // MARK: - The data endpoint

    /// Its host; nil when the region is known only once a notification comes.
    var host: String? {
        if !configuration.endpoint.isEmpty {
            return configuration.endpoint.split(separator: ":").first.map(String.init)
        }
        let regions = ["AWS_REGION", "AWS_DEFAULT_REGION"].compactMap { surroundings.environment[$0] }
        guard let region = (regions + configuration.allowedRegions).first(where: TunnelNotification.isRegion) else {
            return nil
        }
        let suffix = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        return "data.tunneling.iot.\(region).\(suffix)"
    }

    func endpoint() -> CheckFinding {
        guard let host else {
            return CheckFinding(
                .warning,
                "endpoint",
                "not tried, the region is unknown",
                remedy: "set AWS_REGION for this check"
            )
        }
        switch resolve(host) {
        case .addresses(let addresses):
            let first = addresses.first.map { " is \(IPv4Address($0))" } ?? ""
            return CheckFinding(.ok, "endpoint", host + first)
        case .failed(let text):
            if configuration.usesWebProxy,
                surroundings.environment.keys.contains(where: { $0.lowercased() == "https_proxy" })
            {
                return CheckFinding(.warning, "endpoint", "\(host): \(text); the web proxy may know it")
            }
            return CheckFinding(
                .error,
                "endpoint",
                "\(host) cannot be looked up: \(text)",
                remedy: "mend the device's name resolution or network, or set endpoint"
            )
        }
    }

    // MARK: - Services

    func services() -> [CheckFinding] {
        guard !configuration.services.endpoints.isEmpty else {
            return [
                CheckFinding(
                    .error,
                    "services",
                    "none is offered, so every tunnel is refused",
                    remedy: "set services in the configuration"
                )
            ]
        }
        return configuration.services.endpoints.sorted { $0.key < $1.key }.map { service($0.key, $0.value) }
    }

    private func service(_ name: String, _ endpoint: Endpoint) -> CheckFinding {
        let subject = "service \(name)"
        let remedy = "start it, or take it away with services.\(name): null"
        switch endpoint {
        case .tcp(let address, let port) where address.isLoopback:
            if ports.contains(address, port: port) { return CheckFinding(.ok, subject, "\(endpoint) listens") }
            return CheckFinding(.warning, subject, "nothing listens on \(endpoint)", remedy: remedy)
        case .unix(let path):
            if Files.kind(path) == .other { return CheckFinding(.ok, subject, "\(path) is there") }
            return CheckFinding(.warning, subject, "there is no socket \(path)", remedy: remedy)
        case .tcp: return CheckFinding(.ok, subject, "\(endpoint) is another device; allowed, not tried")
        case .named(let host, let port): return named(subject, host, port)
        }
    }

    private func named(_ subject: String, _ host: String, _ port: UInt16) -> CheckFinding {
        switch resolve(host) {
        case .failed(let text):
            return CheckFinding(.error, subject, "\(host) cannot be looked up: \(text)", remedy: "mend the name")
        case .addresses(let addresses):
            do throws(EndpointError) {
                let address = try configuration.network.choose(
                    of: addresses.map(IPv4Address.init),
                    host: host,
                    port: port
                )
                return CheckFinding(.ok, subject, "\(host) is \(address); allowed, not tried")
            } catch {
                return CheckFinding(.error, subject, error.description)
            }
        }
    }
}
