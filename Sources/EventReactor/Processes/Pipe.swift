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

    /// The read end; the write end is closed.
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
    private let action: (Event) -> Void
    private var isPaused = false

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
        try loop.register(number, for: .readable, handler: self)
    }

    private var number: Int32 { descriptor.number }

    /// Stops and resumes reading: a writer that floods fills its pipe and waits.
    package func setReading(_ reads: Bool) {
        guard number >= 0, isPaused == reads else { return }
        isPaused = !reads
        try? loop.change(number, to: reads ? .readable : [])
    }

    /// Reads what is there now, at most `limit` bytes, and closes without a report: a grandchild may hold the other
    /// end for ever.
    package func drainAndClose(limit: Int = 256 * 1024) {
        var remaining = limit
        while number >= 0, remaining > 0 {
            let count = readOnce()
            guard count > 0 else { break }
            remaining -= count
        }
        close()
    }

    package func close() {
        loop.assertOnLoop()
        guard number >= 0 else { return }
        loop.deregister(number)
        descriptor = .none
    }

    package func descriptorIsReady(_ readiness: Readiness) {
        let count = readOnce()
        if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) {
            close()
            action(.ended)
        }
    }

    private func readOnce() -> Int {
        withUnsafeTemporaryAllocation(byteCount: Self.readSize, alignment: 16) { buffer in
            let count = Glibc.read(number, buffer.baseAddress, buffer.count)
            if count > 0 { action(.bytes(UnsafeRawBufferPointer(rebasing: buffer[..<count]))) }
            return count
        }
    }
}
