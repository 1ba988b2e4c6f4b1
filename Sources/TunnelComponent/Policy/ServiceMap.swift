// SPDX-License-Identifier: Apache-2.0

/// The services this device offers through tunnels; whatever is not listed is refused.
struct ServiceMap: Hashable, Sendable {
    /// Endpoint by service name.
    private(set) var endpoints: [String: Endpoint]

    /// A map of these services and no other.
    init(_ endpoints: [String: Endpoint]) {
        self.endpoints = endpoints
    }

    /// What is offered when the configuration says nothing.
    static let standard = ServiceMap([
        "PG": .tcp(address: .loopback, port: 9876),
        "SSH": .tcp(address: .loopback, port: 22),
    ])

    /// The endpoints of all a tunnel's services, in the tunnel's order.
    ///
    /// All or none: the proxy ends, its token spent, when the tunnel has a service that it was not told.
    func mappings(for services: [String]) throws(Refusal) -> [ServiceMapping] {
        var mappings: [ServiceMapping] = []
        for service in services {
            guard let endpoint = endpoints[service] else {
                throw Refusal(
                    reason: .unmappedService,
                    text: "The service \"\(service)\" is not offered by this device; set services.\(service) in the"
                        + " component's configuration to its port or socket to allow it."
                )
            }
            mappings.append(ServiceMapping(service: service, endpoint: endpoint))
        }
        return mappings
    }
}

/// One service of a tunnel and where it listens.
struct ServiceMapping: Hashable, Sendable, CustomStringConvertible {
    let service: String
    let endpoint: Endpoint

    /// The form that the proxy's `-d` takes.
    var description: String { "\(service)=\(endpoint)" }
}
