// SPDX-License-Identifier: Apache-2.0

internal import CEventReactor
import Glibc

/// Where a stream socket connects to or listens.
package enum SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// A Unix domain socket; the path has at most `longestPath` bytes.
    case unix(path: String)
    /// An IPv4 address in dotted form.
    case ipv4(String, port: UInt16)
    /// An IPv6 address in colon form, without brackets.
    case ipv6(String, port: UInt16)

    /// The longest path that `sockaddr_un` holds beside its terminating zero.
    package static let longestPath = 107

    package var description: String {
        switch self {
        case .unix(let path): path
        case .ipv4(let host, let port): "\(host):\(port)"
        case .ipv6(let host, let port): "[\(host)]:\(port)"
        }
    }

    var family: Int32 {
        switch self {
        case .unix: AF_UNIX
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        }
    }

    /// Hands the address to a call in the kernel's form.
    func withSockAddr<Result>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) throws(SystemError) -> Result {
        switch self {
        case .unix(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let bytes = Array(path.utf8)
            guard bytes.count <= Self.longestPath else {
                throw SystemError(call: "sockaddr_un", number: ENAMETOOLONG, subject: path)
            }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
            return Self.call(&address, body)
        case .ipv4(let host, let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else {
                throw SystemError(call: "inet_pton", number: EINVAL, subject: host)
            }
            return Self.call(&address, body)
        case .ipv6(let host, let port):
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            guard inet_pton(AF_INET6, host, &address.sin6_addr) == 1 else {
                throw SystemError(call: "inet_pton", number: EINVAL, subject: host)
            }
            return Self.call(&address, body)
        }
    }

    private static func call<Address, Result>(
        _ address: inout Address,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    func openSocket() throws(SystemError) -> FileDescriptor {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        return FileDescriptor(owning: try systemCall("socket", description) { socket(family, kind, 0) })
    }
}
