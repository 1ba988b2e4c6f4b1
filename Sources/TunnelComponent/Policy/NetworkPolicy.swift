// SPDX-License-Identifier: Apache-2.0

/// The addresses that tunnels may lead to besides the loopback: `allowNonLoopback` of the configuration.
struct NetworkPolicy: Hashable, Sendable {
    /// What may be reached.
    var rules: [AddressRule] = []

    /// How an address and port stand to the list.
    enum Verdict: Hashable, Sendable {
        case allowed
        /// Not on the list.
        case notListed
        /// No list can allow it.
        case forbidden
    }

    func verdict(_ address: IPv4Address, port: UInt16) -> Verdict {
        if address.isLoopback { return .allowed }
        if address.isForbidden { return .forbidden }
        return rules.contains { $0.matches(address, port: port) } ? .allowed : .notListed
    }

    /// The first address of a name that may be reached; else a sentence with the remedy.
    func choose(of addresses: [IPv4Address], host: String, port: UInt16) throws(EndpointError) -> IPv4Address {
        if let allowed = addresses.first(where: { verdict($0, port: port) == .allowed }) { return allowed }
        guard let first = addresses.first else { throw EndpointError("\(host) has no IPv4 address") }
        let isForbidden = verdict(first, port: port) == .forbidden
        throw EndpointError(
            "\(host) is \(first), "
                + (isForbidden
                    ? "a link-local, metadata or multicast address, which no tunnel may lead to"
                    : "which allowNonLoopback does not list; add \"\(first)/32:\(port)\" there to allow it")
        )
    }

    /// Checks an endpoint as far as it can be without looking a name up.
    func check(_ endpoint: Endpoint) throws(EndpointError) {
        switch endpoint {
        case .unix: break
        case .tcp(let address, let port):
            _ = try choose(of: [address], host: "\"\(endpoint)\"", port: port)
        case .named(let host, let port):
            guard rules.contains(where: { $0.port == port }) else {
                throw EndpointError(
                    "\"\(host)\" is not on this device's loopback; add its network to allowNonLoopback,"
                        + " as in \"10.0.0.0/8:\(port)\", to allow it"
                )
            }
        }
    }
}

/// One entry of `allowNonLoopback`: `10.1.0.0/16:5432`.
struct AddressRule: Hashable, Sendable, CustomStringConvertible {
    let network: IPv4Address
    let length: UInt8
    let port: UInt16

    /// Reads `CIDR:port`; an address without `/` stands for itself alone.
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = UInt16(parts[1]), port > 0, String(port) == parts[1] else { return nil }
        let range = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard range.count <= 2, let network = IPv4Address(range[0]) else { return nil }
        var length: UInt8 = 32
        if range.count == 2 {
            guard let given = UInt8(range[1]), given <= 32, String(given) == range[1] else { return nil }
            length = given
        }
        self.network = network
        self.length = length
        self.port = port
    }

    func matches(_ address: IPv4Address, port: UInt16) -> Bool {
        let mask: UInt32 = length == 0 ? 0 : ~0 << (32 - UInt32(length))
        return port == self.port && address.value & mask == network.value & mask
    }

    var description: String { "\(network)/\(length):\(port)" }
}
