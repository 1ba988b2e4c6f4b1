// SPDX-License-Identifier: Apache-2.0

/// Where a service listens: a TCP port or a Unix socket.
enum Endpoint: Hashable, Sendable {
    /// An address and a port from 1.
    case tcp(address: IPv4Address, port: UInt16)
    /// A host name that is looked up, and its addresses checked, at each launch.
    case named(host: String, port: UInt16)
    /// An absolute path.
    case unix(path: String)

    /// Reads `port`, `host:port` or an absolute Unix socket path.
    ///
    /// `localhost` becomes 127.0.0.1, since the proxy tries the first address of a name only and that may be `::1`.
    /// Whether the address may be reached is `NetworkPolicy`'s to say.
    init(parsing text: String) throws(EndpointError) {
        if text.contains("/") {
            self = .unix(path: try Self.path(text))
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        switch parts.count {
        case 1:
            self = .tcp(address: .loopback, port: try Self.port(parts[0], of: text))
        case 2:
            self = try Self.endpoint(parts[0], port: try Self.port(parts[1], of: text), of: text)
        default:
            throw EndpointError(
                "\"\(text)\" looks like an IPv6 address, which the proxy cannot reach; use 127.0.0.1:port"
            )
        }
    }

    /// A port on 127.0.0.1.
    init(port: Int64) throws(EndpointError) {
        try self.init(parsing: String(port))
    }

    /// Whether it must be looked up.
    var isNamed: Bool { if case .named = self { true } else { false } }

    private static func port(_ digits: Substring, of text: String) throws(EndpointError) -> UInt16 {
        let isDecimal =
            !digits.isEmpty && digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isDecimal, let port = UInt16(digits), port > 0 else {
            throw EndpointError(
                "\"\(text)\" has no port between 1 and 65535; use a port, host:port or an absolute socket path"
            )
        }
        return port
    }

    private static func endpoint(_ host: Substring, port: UInt16, of text: String) throws(EndpointError) -> Endpoint {
        if host.lowercased() == "localhost" { return .tcp(address: .loopback, port: port) }
        if let address = IPv4Address(host) { return .tcp(address: address, port: port) }
        guard isName(host) else {
            throw EndpointError("\"\(text)\" has no host name or IPv4 address before the port; use 127.0.0.1")
        }
        return .named(host: host.lowercased(), port: port)
    }

    /// Letters, digits, hyphens and dots. A name whose last part begins with a digit is none: resolvers read `127.1`
    /// and `0x7f.1` as addresses.
    private static func isName(_ text: Substring) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 253, let last = labels.last?.utf8.first, !isDigit(last) else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { byte in
                    isDigit(byte) || byte == UInt8(ascii: "-")
                        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func path(_ text: String) throws(EndpointError) -> String {
        guard text.hasPrefix("/") else {
            throw EndpointError("\"\(text)\" is a relative path; write the whole path of the Unix socket")
        }
        guard text.utf8.count <= 107 else {
            throw EndpointError("a Unix socket's path has \(text.utf8.count) bytes; the system takes 107 at most")
        }
        // The proxy takes `name=endpoint` pairs joined by commas.
        let isPlain = text.utf8.allSatisfy { byte in
            (0x21...0x7E).contains(byte) && !Array(",=:\"'\\".utf8).contains(byte)
        }
        guard isPlain else {
            throw EndpointError(
                "a Unix socket's path has a blank or one of , = : \" ' \\ or is not ASCII; choose another path"
            )
        }
        return text
    }
}

extension Endpoint: CustomStringConvertible {
    /// The form that the proxy's `-d` takes.
    var description: String {
        switch self {
        case .tcp(let address, let port): "\(address):\(port)"
        case .named(let host, let port): "\(host):\(port)"
        case .unix(let path): path
        }
    }
}

/// Why a text is no endpoint, or one that may not be reached, as the end of a sentence.
struct EndpointError: Error, Hashable, Sendable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
