// SPDX-License-Identifier: Apache-2.0

internal import CEventReactor
import Glibc

/// Writes lines to standard output or error without ever waiting for whoever reads them.
///
/// The descriptor is shared with other processes, so its mode is left alone: only as much is written as surely fits.
/// What cannot go out yet is kept up to a limit; whole lines beyond it are dropped and counted.
package final class OutputWriter: EventHandler, @unchecked Sendable {
    // Safety: loop-confined, asserted at every entry.
    private enum Kind { case file, pipe, socket }

    private let descriptor: Int32
    private let loop: EventLoop
    private let limit: Int
    private let kind: Kind
    private let notice: (Int) -> String
    private var queue: [UInt8] = []
    private var position = 0
    private var isRegistered = false
    private var isBroken = false
    private var droppedSinceNotice = 0
    /// How many lines were dropped so far.
    package private(set) var droppedCount = 0

    /// What a pipe with room takes at once (`PIPE_BUF`).
    private static let portion = 4096

    /// - Parameters:
    ///   - descriptor: stays open and its owner's.
    ///   - limit: bytes that are kept at most.
    ///   - notice: makes the line that tells how many were dropped; written once there is room again.
    package init(_ descriptor: Int32, loop: EventLoop, limit: Int = 256 * 1024, notice: @escaping (Int) -> String) {
        self.descriptor = descriptor
        self.loop = loop
        self.limit = limit
        self.notice = notice
        var information = stat()
        guard fstat(descriptor, &information) == 0 else {
            kind = .file
            return
        }
        kind =
            switch information.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFSOCK: .socket
            default: .pipe
            }
    }

    /// Bytes that wait.
    package var pendingCount: Int { queue.count - position }

    /// Writes a line, its line break included, or keeps it.
    package func write(_ line: String) {
        loop.assertOnLoop()
        guard !isBroken else { return }
        let count = line.utf8.count
        guard pendingCount + count <= limit else {
            droppedCount += 1
            droppedSinceNotice += 1
            return
        }
        queue.append(contentsOf: line.utf8)
        if !isRegistered { drain() }
    }

    /// Waits for the reader, at most so long: for the end of the process.
    package func flush(within limit: Duration) {
        loop.assertOnLoop()
        let end = Instant.now() + limit
        drain()
        while pendingCount > 0, !isBroken {
            let rest = (end - .now()).nanoseconds / 1_000_000
            var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard rest > 0, poll(&request, 1, Int32(min(rest, 1000))) >= 0 || errno == EINTR else { break }
            drain()
        }
        stopWaiting()
    }

    package func descriptorIsReady(_ readiness: Readiness) {
        drain()
    }

    private func drain() {
        while pendingCount > 0, !isBroken, writeOnce() {}
        if pendingCount == 0 || isBroken {
            queue.removeAll(keepingCapacity: queue.capacity <= 16 * 1024)
            position = 0
        } else if position > limit / 2 {
            queue.removeFirst(position)
            position = 0
        }
        if droppedSinceNotice > 0, pendingCount < limit / 2, !isBroken {
            queue.append(contentsOf: notice(droppedSinceNotice).utf8)
            droppedSinceNotice = 0
            return drain()
        }
        if pendingCount > 0, !isBroken { waitForRoom() } else { stopWaiting() }
    }

    /// Whether something went out.
    private func writeOnce() -> Bool {
        let end = min(queue.count, position + (kind == .file ? queue.count : Self.portion))
        let count = queue[position..<end].withUnsafeBytes { bytes -> Int in
            switch kind {
            case .file: return Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            case .socket:
                return send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
            case .pipe:
                var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                let ready = poll(&request, 1, 0)
                guard ready != 0 else {
                    errno = EAGAIN
                    return -1
                }
                return Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            }
        }
        if count > 0 {
            position += count
            return true
        }
        if count < 0, errno == EAGAIN { return false }
        if count < 0, errno == EINTR { return true }
        isBroken = true
        return false
    }

    private func waitForRoom() {
        guard !isRegistered else { return }
        do throws(SystemError) {
            try loop.register(descriptor, for: .writable, handler: self)
            isRegistered = true
        } catch {
            // Nothing would tell of room: rather lose lines than wait.
            isBroken = true
        }
    }

    private func stopWaiting() {
        if isRegistered { loop.deregister(descriptor) }
        isRegistered = false
    }
}
