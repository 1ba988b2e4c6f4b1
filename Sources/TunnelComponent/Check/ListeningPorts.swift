// SPDX-License-Identifier: Apache-2.0

/// The TCP ports that something on this device listens on, read from `/proc/net/tcp` and `tcp6`: connecting to find out
/// would be noticed by the services.
struct ListeningPorts: Hashable, Sendable {
    private var sockets: Set<Socket> = []

    private struct Socket: Hashable, Sendable {
        /// Nil for any.
        let address: UInt32?
        let port: UInt16
    }

    /// - Parameters:
    ///   - tcp: the content of `/proc/net/tcp`.
    ///   - tcp6: that of `/proc/net/tcp6`; a socket for all IPv6 addresses takes IPv4 as well, as a rule.
    init(tcp: String, tcp6: String) {
        for line in tcp.split(separator: "\n") {
            guard let (address, port) = Self.listening(line), let value = UInt32(address, radix: 16) else { continue }
            // The kernel prints the address as it lies in memory.
            sockets.insert(Socket(address: value == 0 ? nil : UInt32(bigEndian: value), port: port))
        }
        for line in tcp6.split(separator: "\n") {
            guard let (address, port) = Self.listening(line), address.allSatisfy({ $0 == "0" }) else { continue }
            sockets.insert(Socket(address: nil, port: port))
        }
    }

    func contains(_ address: IPv4Address, port: UInt16) -> Bool {
        sockets.contains(Socket(address: nil, port: port))
            || sockets.contains(Socket(address: address.value, port: port))
    }

    /// Address and port of a line whose state, the fourth field, is LISTEN.
    private static func listening(_ line: Substring) -> (Substring, UInt16)? {
        let fields = line.split(separator: " ")
        guard fields.count > 3, fields[3] == "0A" else { return nil }
        let parts = fields[1].split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1], radix: 16) else { return nil }
        return (parts[0], port)
    }
}
