// SPDX-License-Identifier: Apache-2.0

/// Where a service listens on this device: a TCP port or a Unix socket.
enum Endpoint: Hashable, Sendable {
    /// An IPv4 address within 127.0.0.0/8, and a port from 1.
    case tcp(address: String, port: UInt16)
    /// An absolute path.
    case unix(path: String)

    /// Reads `port`, `host:port` or an absolute Unix socket path.
    ///
    /// `localhost` becomes 127.0.0.1, since the proxy tries the first address of a name only and that may be `::1`.
    init(parsing text: String) throws(EndpointError) {
        if text.contains("/") {
            self = .unix(path: try Self.path(text))
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        switch parts.count {
        case 1:
            self = .tcp(address: "127.0.0.1", port: try Self.port(parts[0], of: text))
        case 2:
            self = .tcp(address: try Self.address(parts[0], of: text), port: try Self.port(parts[1], of: text))
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

    private static func address(_ host: Substring, of text: String) throws(EndpointError) -> String {
        if host.lowercased() == "localhost" { return "127.0.0.1" }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let octets = parts.compactMap { part -> UInt8? in
            // A leading zero means octal to some resolvers; the canonical form avoids the question.
            guard let octet = UInt8(part), String(octet) == part else { return nil }
            return octet
        }
        guard parts.count == 4, octets.count == 4, octets[0] == 127 else {
            throw EndpointError("\"\(text)\" is not on this device's loopback; use 127.0.0.1 or localhost as the host")
        }
        return String(host)
    }

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
        case .unix(let path): path
        }
    }
}

/// Why a text is no endpoint, as the end of a sentence.
struct EndpointError: Error, Hashable, Sendable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
