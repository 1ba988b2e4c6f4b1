// SPDX-License-Identifier: Apache-2.0

internal import CEventReactor
import Glibc

/// A pipe, both ends closed on exec.
package struct Pipe: ~Copyable {
    package var readEnd: FileDescriptor
    package var writeEnd: FileDescriptor

    package init() throws(SystemError) {
        var numbers: [Int32] = [-1, -1]
        try systemCall("pipe2") { cer_pipe(&numbers) }
        readEnd = FileDescriptor(owning: numbers[0])
        writeEnd = FileDescriptor(owning: numbers[1])
    }

    /// A pipe that already holds all its bytes and ends behind them: how a secret reaches a child's standard input
    /// without touching its arguments, its environment or a file.
    ///
    /// - Throws: when the bytes do not fit; a pipe holds 64 KiB.
    package static func holding(_ bytes: [UInt8]) throws(SystemError) -> FileDescriptor {
        let pipe = try Pipe()
        let number = pipe.writeEnd.number
        try systemCall("fcntl") { cer_set_nonblocking(number) }
        let written = try systemCall("write") { write(number, bytes, bytes.count) }
        guard written == bytes.count else { throw SystemError(call: "write", number: EAGAIN) }
        return pipe.takeReadEnd()
    }

    /// Keeps the end to read from and closes the other.
    package consuming func takeReadEnd() -> FileDescriptor {
        readEnd
    }
}

/// Reads the end of a pipe as it comes; used for the output of children. On the loop's thread only.
package final class PipeReader: EventHandler, @unchecked Sendable {
    // Safety: loop-confined, asserted at every entry.
    package enum Event {
        case bytes(UnsafeRawBufferPointer)
        case ended
    }

    private let loop: EventLoop
    private var descriptor: FileDescriptor
    /// Let go of at the end: it may well refer to the reader's owner.
    private var action: ((Event) -> Void)?
    private var isPaused = false
    private var isRegistered = false

    private static let readSize = 16 * 1024

    /// - Parameter action: gets bytes, valid during the call only, and at last `.ended`, once.
    package init(
        _ descriptor: consuming FileDescriptor,
        loop: EventLoop,
        action: @escaping (Event) -> Void
    ) throws(SystemError) {
        loop.assertOnLoop()
        let number = descriptor.number
        try systemCall("fcntl") { cer_set_nonblocking(number) }
        self.loop = loop
        self.action = action
        self.descriptor = consume descriptor
        try register()
    }

    private func register() throws(SystemError) {
        try loop.register(number, for: .readable, handler: self)
        isRegistered = true
    }

    private var number: Int32 { descriptor.number }

    /// Stops and resumes reading: a writer that floods fills its pipe and waits.
    package func setReading(_ reads: Bool) {
        loop.assertOnLoop()
        guard number >= 0, isPaused == reads else { return }
        isPaused = !reads
        // Not only without interest: the end of the writer would be reported still, again and again.
        if isPaused {
            deregister()
            return
        }
        do throws(SystemError) {
            try register()
        } catch {
            end()
        }
    }

    private func deregister() {
        if isRegistered { loop.deregister(number) }
        isRegistered = false
    }

    /// Reads what is there now, at most `limit` bytes, and closes without a report: a grandchild may hold the other
    /// end for ever.
    package func drainAndClose(limit: Int = 256 * 1024) {
        var remaining = limit
        while number >= 0, remaining > 0, case .bytes(let count) = readOnce() { remaining -= count }
        close()
    }

    package func close() {
        loop.assertOnLoop()
        guard number >= 0 else { return }
        deregister()
        descriptor = .none
        action = nil
    }

    private func end() {
        let report = action
        close()
        report?(.ended)
    }

    package func descriptorIsReady(_ readiness: Readiness) {
        if case .ended = readOnce() { end() }
    }

    private enum Outcome { case bytes(Int), wouldBlock, ended }

    private func readOnce() -> Outcome {
        withUnsafeTemporaryAllocation(byteCount: Self.readSize, alignment: 16) { buffer in
            let count = Glibc.read(number, buffer.baseAddress, buffer.count)
            if count < 0, errno == EAGAIN || errno == EINTR { return .wouldBlock }
            guard count > 0 else { return .ended }
            action?(.bytes(UnsafeRawBufferPointer(rebasing: buffer[..<count])))
            return .bytes(count)
        }
    }
}
