// SPDX-License-Identifier: Apache-2.0

internal import CEventReactor
import Glibc

/// Learns on the loop's thread what happens to its socket.
package protocol StreamSocketOwner: AnyObject {
    /// A connection that was in progress is there.
    func socketHasConnected()
    /// There are bytes, the end of the stream, or an error to read: `StreamSocket.read` tells.
    func socketIsReadable()
    /// The write queue was full and has room again.
    func socketHasDrained()
    /// Connecting or sending failed. The socket is closed.
    func socketHasFailed(_ error: SystemError)
}

extension StreamSocketOwner {
    package func socketHasConnected() {}
    package func socketHasDrained() {}
}

/// A connected stream socket, Unix or TCP, with a bounded write queue.
///
/// Writes are gathered while jobs run and sent when the loop's turn ends; what the kernel does not take waits in the
/// queue. Used on the loop's thread only.
package final class StreamSocket: EventHandler, @unchecked Sendable {
    // Safety: loop-confined, asserted at every entry.

    package enum ReadResult: Sendable, Hashable {
        case bytes(Int)
        case wouldBlock
        case endOfStream
    }

    private enum State { case connecting, open, closed }
    private enum WritingEnd { case no, whenFlushed, done }

    private let loop: EventLoop
    private weak var owner: (any StreamSocketOwner)?
    private var descriptor: FileDescriptor
    private var state: State
    private var interest: Readiness
    private var isRegistered = false
    private var queue = WriteQueue()
    private var flushIsDue = false
    private var wasFull = false
    private var closesWhenFlushed = false
    private var readsPaused = false
    private var hasReachedEnd = false
    private var writingEnds = WritingEnd.no

    /// The queue is full from this many bytes on; `write` still takes a whole message then, callers ask `isFull`
    /// first.
    package var queueLimit = 8 * 1024 * 1024

    private init(loop: EventLoop, descriptor: consuming FileDescriptor, state: State) {
        self.loop = loop
        self.descriptor = consume descriptor
        self.state = state
        interest = state == .connecting ? .writable : .readable
    }

    /// Connects. A Unix socket is connected on return; for TCP the owner hears `socketHasConnected` later.
    package static func connect(
        to address: SocketAddress,
        loop: EventLoop,
        owner: any StreamSocketOwner
    ) throws(SystemError) -> StreamSocket {
        let descriptor = try address.openSocket()
        let number = descriptor.number
        var state = State.open
        let result = try address.withSockAddr { Glibc.connect(number, $0, $1) == -1 ? errno : 0 }
        if result != 0 {
            guard result == EINPROGRESS || result == EINTR else {
                throw SystemError(call: "connect", number: result, subject: address.description)
            }
            state = .connecting
        }
        let socket = StreamSocket(loop: loop, descriptor: descriptor, state: state)
        try socket.start(owner)
        return socket
    }

    /// Takes over a connected descriptor, from `Listener` or a socket pair.
    package static func adopt(
        _ descriptor: consuming FileDescriptor,
        loop: EventLoop,
        owner: any StreamSocketOwner
    ) throws(SystemError) -> StreamSocket {
        let number = descriptor.number
        try systemCall("fcntl") { cer_set_nonblocking(number) }
        let socket = StreamSocket(loop: loop, descriptor: descriptor, state: .open)
        try socket.start(owner)
        return socket
    }

    /// Two connected Unix sockets, for tests and for talking within a process.
    package static func pair() throws(SystemError) -> (Int32, Int32) {
        var numbers: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        try systemCall("socketpair") { socketpair(AF_UNIX, kind, 0, &numbers) }
        return (numbers[0], numbers[1])
    }

    private func start(_ owner: any StreamSocketOwner) throws(SystemError) {
        loop.assertOnLoop()
        self.owner = owner
        // Writes are gathered here already; the kernel must not hold back the last of them. Fails for a Unix socket.
        var yes: Int32 = 1
        setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        try loop.register(number, for: interest, handler: self)
        isRegistered = true
    }

    private var number: Int32 { descriptor.number }

    package var isClosed: Bool { state == .closed }
    package var queuedByteCount: Int { queue.pendingCount }
    package var isFull: Bool { queue.pendingCount >= queueLimit }

    /// The process id of a Unix socket's peer at the time it connected.
    package var peerProcess: Int32? {
        var credentials = ucred_mirror()
        var length = socklen_t(MemoryLayout<ucred_mirror>.size)
        guard getsockopt(number, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else { return nil }
        return credentials.pid
    }

    // MARK: - Reading

    /// Reads once. At the end of the stream, or after an error, the socket is no longer waited on for reading; it is
    /// still the owner who closes it.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> ReadResult {
        loop.assertOnLoop()
        guard state != .closed else { return .endOfStream }
        guard state == .open, buffer.count > 0 else { return .wouldBlock }
        let count = recv(number, buffer.baseAddress, buffer.count, 0)
        if count > 0 { return .bytes(count) }
        if count == 0 {
            hasReachedEnd = true
            updateInterest()
            return .endOfStream
        }
        let failure = errno
        if failure == EAGAIN || failure == EINTR { return .wouldBlock }
        hasReachedEnd = true
        updateInterest()
        throw SystemError(call: "recv", number: failure)
    }

    /// Stops and resumes reading; what the peer sends meanwhile waits in the kernel.
    package func setReading(_ reads: Bool) {
        guard !closesWhenFlushed else { return }
        readsPaused = !reads
        guard reads, state == .open, !isRegistered, !hasReachedEnd else {
            updateInterest()
            return
        }
        // The peer hung up during the pause; what it sent before is still to be read.
        do throws(SystemError) {
            interest = .readable
            try loop.register(number, for: interest, handler: self)
            isRegistered = true
        } catch {
            fail(error)
        }
    }

    // MARK: - Writing

    /// Appends to the write queue; nothing is sent before this turn's jobs have run.
    package func write<Failure: Error>(_ body: (inout [UInt8]) throws(Failure) -> Void) throws(Failure) {
        loop.assertOnLoop()
        guard state != .closed, !closesWhenFlushed, writingEnds == .no else { return }
        try queue.append(body)
        if isFull { wasFull = true }
        // While the kernel's buffer is full it is the kernel that says when to go on.
        let waitsForRoom = isRegistered && interest.contains(.writable)
        guard !flushIsDue, !waitsForRoom, queue.pendingCount > 0 else { return }
        flushIsDue = true
        loop.flushLater(self)
    }

    package func write(_ bytes: some Sequence<UInt8>) {
        write { $0.append(contentsOf: bytes) }
    }

    /// Sends what is queued, now. The owner may hear of room or failure before this returns.
    package func flush() {
        flushIsDue = false
        guard state == .open else { return }
        do throws(SystemError) {
            while queue.pendingCount > 0 {
                var isBlocked = false
                try queue.drain { buffer throws(SystemError) in
                    let count = send(number, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
                    if count >= 0 {
                        // Taken in part: the kernel's buffer is full, asking again would only say so.
                        isBlocked = count < buffer.count
                        return count
                    }
                    if errno == EAGAIN || errno == EINTR {
                        isBlocked = errno == EAGAIN
                        return 0
                    }
                    throw SystemError(call: "send", number: errno)
                }
                if isBlocked { break }
            }
        } catch {
            fail(error)
            return
        }
        if queue.pendingCount == 0, closesWhenFlushed {
            close()
            return
        }
        if queue.pendingCount == 0, writingEnds == .whenFlushed {
            writingEnds = .done
            _ = shutdown(number, Int32(SHUT_WR))
        }
        updateInterest()
        if wasFull, queue.pendingCount <= queueLimit / 2 {
            wasFull = false
            owner?.socketHasDrained()
        }
    }

    /// Tells the peer, behind what is queued, that nothing more will be written; reading goes on.
    package func shutDownWriting() {
        guard writingEnds == .no else { return }
        writingEnds = .whenFlushed
        flush()
    }

    // MARK: - Closing

    /// Closes when the queue has been sent; nothing more is read or queued.
    package func closeWhenFlushed() {
        guard state != .closed else { return }
        closesWhenFlushed = true
        readsPaused = true
        if queue.pendingCount == 0 { close() } else { updateInterest() }
    }

    /// Closes at once; what is queued is dropped.
    package func close() {
        loop.assertOnLoop()
        guard state != .closed else { return }
        state = .closed
        if isRegistered { loop.deregister(number) }
        isRegistered = false
        descriptor = .none
        queue.removeAll()
    }

    private func fail(_ error: SystemError) {
        guard state != .closed else { return }
        close()
        owner?.socketHasFailed(error)
    }

    // MARK: - Readiness

    package func descriptorIsReady(_ readiness: Readiness) {
        // Without an owner nobody would read: the descriptor would stay ready and the loop spin.
        guard owner != nil || closesWhenFlushed else {
            close()
            return
        }
        if state == .connecting {
            finishConnecting()
            return
        }
        if readiness.contains(.writable) { flush() }
        guard state == .open else { return }
        let ended = !readiness.isDisjoint(with: [.hangUp, .error])
        if ended || readiness.contains(.readable), !readsPaused, !hasReachedEnd {
            owner?.socketIsReadable()
        }
        // Hang-up is reported for ever, waited for or not. What cannot be sent any more was tried above.
        if ended, hasReachedEnd || readsPaused, state == .open, isRegistered {
            loop.deregister(number)
            isRegistered = false
            if closesWhenFlushed { close() }
        }
    }

    private func finishConnecting() {
        var failure: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        if getsockopt(number, SOL_SOCKET, SO_ERROR, &failure, &length) != 0 { failure = errno }
        guard failure == 0 else {
            fail(SystemError(call: "connect", number: failure))
            return
        }
        state = .open
        updateInterest()
        owner?.socketHasConnected()
        if queue.pendingCount > 0 || writingEnds == .whenFlushed { flush() }
    }

    private func updateInterest() {
        guard state == .open, isRegistered else { return }
        var wanted: Readiness = []
        if !readsPaused, !hasReachedEnd { wanted.insert(.readable) }
        if queue.pendingCount > 0, !flushIsDue { wanted.insert(.writable) }
        guard wanted != interest else { return }
        interest = wanted
        do {
            try loop.change(number, to: wanted)
        } catch {
            fail(error)
        }
    }
}

/// `struct ucred`, which the C library hides behind a feature macro.
private struct ucred_mirror {
    var pid: Int32 = 0
    var uid: UInt32 = 0
    var gid: UInt32 = 0
}
