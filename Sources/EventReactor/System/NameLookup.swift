// SPDX-License-Identifier: Apache-2.0

internal import CEventReactor
import Glibc

/// One search for the IPv4 addresses of a host name, on a thread of its own: the C library's function waits for the
/// network. The answer comes on the loop's thread, once, unless it is cancelled before.
package final class NameLookup: @unchecked Sendable {
    // Safety: `name` is constant; everything else is touched on the loop's thread only, asserted at every entry.
    package enum Outcome: Sendable, Hashable {
        /// In host byte order, in the resolver's order; at least one.
        case addresses([UInt32])
        /// In words.
        case failed(String)
    }

    private let name: String
    private let loop: EventLoop
    private var whenDone: ((Outcome) -> Void)?

    /// A resolver that hangs keeps its thread; there shall not be many.
    private static let running = Lock(0)
    private static let maximumRunning = 8
    /// What the C library's resolver and its plugins are content with.
    private static let stackSize = 512 * 1024

    /// Starts to search.
    ///
    /// - Throws: when there is no thread for it, for the moment.
    package static func start(
        _ name: String,
        loop: EventLoop,
        whenDone: @escaping (Outcome) -> Void
    ) throws(SystemError) -> NameLookup {
        loop.assertOnLoop()
        let mayRun = running.withLock { count in
            guard count < maximumRunning else { return false }
            count += 1
            return true
        }
        guard mayRun else { throw SystemError(call: "getaddrinfo", number: EAGAIN, subject: name) }
        let lookup = NameLookup(name, loop, whenDone)
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, stackSize)
        var thread = pthread_t()
        let retained = Unmanaged.passRetained(lookup)
        let number = pthread_create(&thread, &attributes, lookupThread, retained.toOpaque())
        guard number == 0 else {
            retained.release()
            running.withLock { $0 -= 1 }
            throw SystemError(call: "pthread_create", number: number)
        }
        return lookup
    }

    private init(_ name: String, _ loop: EventLoop, _ whenDone: @escaping (Outcome) -> Void) {
        self.name = name
        self.loop = loop
        self.whenDone = whenDone
    }

    /// The answer is not wanted any more. The thread ends by itself.
    package func cancel() {
        loop.assertOnLoop()
        whenDone = nil
    }

    fileprivate func run() {
        // Signals are for the threads that the program chose.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, nil)
        let outcome = Self.search(name)
        Self.running.withLock { $0 -= 1 }
        loop.execute { self.finish(outcome) }
    }

    private func finish(_ outcome: Outcome) {
        let report = whenDone
        whenDone = nil
        report?(outcome)
    }

    /// Waits for the resolver. For a program that has nothing else to do, or on a thread for it.
    package static func search(_ name: String) -> Outcome {
        var hints = addrinfo()
        hints.ai_family = AF_INET
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(name, nil, &hints, &list)
        guard status == 0 else {
            return .failed(gai_strerror(status).map { String(cString: $0) } ?? "error \(status)")
        }
        defer { freeaddrinfo(list) }
        var addresses: [UInt32] = []
        var next = list
        while let entry = next {
            if entry.pointee.ai_family == AF_INET, let address = entry.pointee.ai_addr {
                // Safety: an address of this family is a `sockaddr_in`.
                let value = UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr
                let host = UInt32(bigEndian: value)
                if !addresses.contains(host) { addresses.append(host) }
            }
            next = entry.pointee.ai_next
        }
        return addresses.isEmpty ? .failed("no IPv4 address") : .addresses(addresses)
    }
}

private func lookupThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    // Safety: `start` retained the lookup for this thread.
    Unmanaged<NameLookup>.fromOpaque(argument).takeRetainedValue().run()
    return nil
}
