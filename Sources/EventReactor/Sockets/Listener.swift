// SPDX-License-Identifier: Apache-2.0

internal import CEventReactor
import Glibc

/// Learns of connections, on the loop's thread.
package protocol ListenerOwner: AnyObject {
    /// The owner takes over the descriptor, usually with `StreamSocket.adopt`.
    func listenerHasAccepted(_ descriptor: Int32)
}

/// A listening stream socket.
///
/// When the process has no descriptor left it pauses for a moment instead of spinning. A Unix socket's file is removed
/// when the listener closes. Used on the loop's thread only.
package final class Listener: EventHandler, @unchecked Sendable {
    // Safety: loop-confined, asserted at every entry.
    private let loop: EventLoop
    private let address: SocketAddress
    private var descriptor: FileDescriptor
    private weak var owner: (any ListenerOwner)?
    private lazy var pause = LoopTimer { [unowned self] in setAccepting(true) }

    private static let pauseWithoutDescriptors = Duration.milliseconds(50)

    /// Binds and listens. A file that an earlier, dead listener left behind is replaced.
    ///
    /// - Parameter mode: permission bits of a Unix socket's file.
    package init(
        _ address: SocketAddress,
        loop: EventLoop,
        backlog: Int32 = 1024,
        mode: UInt32 = 0o600,
        owner: any ListenerOwner
    ) throws(SystemError) {
        loop.assertOnLoop()
        self.loop = loop
        self.owner = owner
        if case .unix(let path) = address { try Self.removeStaleFile(path, address) }
        let descriptor = try address.openSocket()
        let number = descriptor.number
        if case .unix = address {
        } else {
            var yes: Int32 = 1
            setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        }
        let bound = try address.withSockAddr { bind(number, $0, $1) == -1 ? errno : 0 }
        guard bound == 0 else { throw SystemError(call: "bind", number: bound, subject: address.description) }
        self.address = try Self.boundAddress(number, address)
        self.descriptor = consume descriptor
        do throws(SystemError) {
            if case .unix(let path) = address { try systemCall("chmod", path) { chmod(path, mode) } }
            try systemCall("listen", address.description) { listen(number, backlog) }
            try loop.register(number, for: .readable, handler: self)
        } catch {
            if case .unix(let path) = address { unlink(path) }
            throw error
        }
    }

    /// The address with the port that the kernel chose when 0 was asked for.
    package var boundAddress: SocketAddress { address }

    private var number: Int32 { descriptor.number }

    package func close() {
        loop.assertOnLoop()
        guard number >= 0 else { return }
        loop.cancel(pause)
        loop.deregister(number)
        descriptor = .none
        if case .unix(let path) = address { unlink(path) }
    }

    package func descriptorIsReady(_ readiness: Readiness) {
        while number >= 0 {
            let accepted = cer_accept(number)
            if accepted >= 0 {
                if let owner { owner.listenerHasAccepted(accepted) } else { _ = Glibc.close(accepted) }
                continue
            }
            switch errno {
            case EINTR, ECONNABORTED: continue
            case EAGAIN: return
            default:
                // Most likely EMFILE. The listener may stay readable: without a pause this would be a busy loop.
                setAccepting(false)
                loop.arm(pause, after: Self.pauseWithoutDescriptors)
                return
            }
        }
    }

    private func setAccepting(_ accepts: Bool) {
        guard number >= 0 else { return }
        try? loop.change(number, to: accepts ? .readable : [])
    }

    private static func boundAddress(_ number: Int32, _ asked: SocketAddress) throws(SystemError) -> SocketAddress {
        // Both families have the port at the same place.
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(number, $0, &length) }
        }
        guard result == 0 else { throw SystemError(call: "getsockname", number: errno) }
        let port = UInt16(bigEndian: address.sin6_port)
        return switch asked {
        case .unix: asked
        case .ipv4(let host, _): .ipv4(host, port: port)
        case .ipv6(let host, _): .ipv6(host, port: port)
        }
    }

    private static func removeStaleFile(_ path: String, _ address: SocketAddress) throws(SystemError) {
        var information = stat()
        guard lstat(path, &information) == 0 else { return }
        guard information.st_mode & S_IFMT == S_IFSOCK else {
            throw SystemError(call: "bind", number: EADDRINUSE, subject: path)
        }
        let probe = try address.openSocket()
        let number = probe.number
        let failure = try address.withSockAddr { connect(number, $0, $1) == -1 ? errno : 0 }
        guard failure == ECONNREFUSED else {
            throw SystemError(call: "bind", number: EADDRINUSE, subject: path)
        }
        unlink(path)
    }
}
