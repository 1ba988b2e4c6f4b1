// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Glibc
import Testing

@Suite(.timeLimit(.minutes(1)))
struct StreamSocketTests {
    @Test func carriesBytesBothWays() async throws {
        try await withTestLoop { loop in
            let (left, right) = try SocketRecorder.pair(loop: loop)
            left.write([1, 2, 3])
            right.write([4])
            await right.wait { $0.received == [1, 2, 3] }
            await left.wait { $0.received == [4] }
            #expect(left.socket?.peerProcess == CurrentProcess.identifier)
            left.close()
            right.close()
            #expect(left.socket?.isClosed == true)
        }
    }

    /// A socket that keeps the bounds of each send shows how many there were.
    @Test func writesOfOneTurnGoOutTogether() async throws {
        try await withTestLoop { loop in
            var numbers: [Int32] = [-1, -1]
            try #require(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &numbers) == 0)
            let sender = try SocketRecorder.adopting(numbers[0], loop: loop)
            for _ in 0..<3 { sender.write([7, 8]) }
            let done = Happening()
            loop.execute {
                sender.write([9])
                done.happen()
            }
            await done.wait()
            await loop.passTurns(2)
            var buffer = [UInt8](repeating: 0, count: 64)
            #expect(recv(numbers[1], &buffer, 64, Int32(MSG_DONTWAIT)) == 7)
            sender.close()
            close(numbers[1])
        }
    }

    /// A frame far larger than the kernel's buffer, a reader that takes its time, a bounded queue.
    @Test(arguments: [1, 4096, 100_000])
    func queuesWhatASlowReaderLeaves(step: Int) async throws {
        try await withTestLoop { loop in
            let total = step == 1 ? 300_000 : 5 * 1024 * 1024
            let (number, peer) = try StreamSocket.pair()
            let sender = try SocketRecorder.adopting(number, loop: loop)
            sender.socket?.queueLimit = total / 4
            let queuedWhenDrained = Lock<[Int]>([])
            sender.whenDrained = { sender in
                queuedWhenDrained.withLock { $0.append(sender.socket?.queuedByteCount ?? -1) }
            }
            #expect(sender.socket?.isFull == false)
            sender.write(pattern(total))
            #expect(sender.socket?.isFull == true)
            await loop.passTurns(2)
            #expect(sender.socket?.isFull == true)

            var received: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: max(step, 4096))
            while received.count < total {
                // The slow reader takes little at first and stops at the kernel's word.
                let wanted = received.count < 1000 ? min(step, buffer.count) : buffer.count
                let count = recv(peer, &buffer, wanted, Int32(MSG_DONTWAIT))
                if count > 0 { received += buffer[..<count] } else { await loop.passTurns(1) }
            }
            #expect(received == pattern(total))
            await sender.wait { $0.drainCount == 1 }
            #expect(queuedWhenDrained.withLock { $0 }.allSatisfy { (0...total / 8).contains($0) })
            #expect(sender.socket?.queuedByteCount == 0)
            #expect(try await loop.turnsWhileIdle() < 5)
            sender.close()
            close(peer)
        }
    }

    /// The owner writes on from within `socketHasDrained`: nothing else would send that.
    @Test func writingWhenDrainedIsNotForgotten() async throws {
        try await withTestLoop { loop in
            let (left, right) = try SocketRecorder.pair(loop: loop)
            let rounds = 40
            left.socket?.queueLimit = 1000
            left.whenDrained = { left in
                if left.drainCount < rounds { left.write(pattern(1000)) }
            }
            left.write(pattern(1000))
            await right.wait { $0.received.count == rounds * 1000 }
            #expect(left.drainCount == rounds)
            left.close()
            right.close()
        }
    }

    @Test func pausedReadingLeavesBytesInTheKernel() async throws {
        try await withTestLoop { loop in
            let (left, right) = try SocketRecorder.pair(loop: loop)
            right.socket?.setReading(false)
            left.write([1, 2])
            #expect(try await loop.turnsWhileIdle() < 5)
            #expect(right.received.isEmpty)
            right.socket?.setReading(true)
            await right.wait { $0.received == [1, 2] }
            left.close()
            right.close()
        }
    }

    @Test func anOwnerMayCloseWhileItIsTold() async throws {
        try await withTestLoop { loop in
            let (left, right) = try SocketRecorder.pair(loop: loop)
            right.whenReadable = { $0.close() }
            left.write([1])
            await left.wait { $0.readError != nil || $0.hasEnded }
            #expect(right.socket?.isClosed == true)
            #expect(right.received.isEmpty)

            let (third, fourth) = try SocketRecorder.pair(loop: loop)
            third.socket?.queueLimit = 10
            third.whenDrained = { $0.close() }
            third.write(pattern(10))
            await fourth.wait { $0.hasEnded }
            #expect(fourth.received == pattern(10))
            left.close()
            fourth.close()
        }
    }

    @Test func afterClosingNothingHappens() async throws {
        try await withTestLoop { loop in
            let (left, right) = try SocketRecorder.pair(loop: loop)
            left.write([1])
            left.close()
            left.close()
            left.write([2])
            left.socket?.setReading(true)
            left.socket?.shutDownWriting()
            left.socket?.closeWhenFlushed()
            left.socket?.flush()
            #expect(left.socket?.queuedByteCount == 0)
            var buffer: [UInt8] = [0]
            let result = try buffer.withUnsafeMutableBytes { try left.socket?.read(into: $0) }
            #expect(result == .endOfStream)
            await right.wait { $0.hasEnded }
            #expect(right.received.isEmpty)
            right.close()
        }
    }

    /// The bytes that one descriptor is ready with are not the business of its successor of the same number.
    @Test func aStaleEventNeverReachesAReusedNumber() async throws {
        try await withTestLoop { loop in
            let pipes = [try openPipe(), try openPipe()]
            let idle = try openPipe()
            let happening = Happening()
            let successor = ReadinessRecorder { Issue.record("got an event of its predecessor") }
            for index in 0..<2 {
                write(pipes[index].write, "x", 1)
                let other = pipes[1 - index].read
                let handler = ReadinessRecorder {
                    loop.deregister(other)
                    loop.deregister(pipes[index].read)
                    // The lowest free number, without a race with the process's other threads.
                    #expect(dup2(idle.read, other) == other)
                    #expect(throws: Never.self) { try loop.register(other, for: .readable, handler: successor) }
                    happening.happen()
                }
                try loop.register(pipes[index].read, for: .readable, handler: handler)
            }
            await happening.wait()
            await loop.passTurns(3)
            #expect(happening.count == 1)
            for pipe in pipes {
                loop.deregister(pipe.read)
                close(pipe.read)
                close(pipe.write)
            }
            close(idle.read)
            close(idle.write)
        }
    }
}

func openPipe() throws -> (read: Int32, write: Int32) {
    var numbers: [Int32] = [-1, -1]
    try #require(pipe(&numbers) == 0)
    return (numbers[0], numbers[1])
}

final class ReadinessRecorder: EventHandler, @unchecked Sendable {
    // Safety: touched on the loop's thread only.
    private let action: () -> Void

    init(_ action: @escaping () -> Void) {
        self.action = action
    }

    func descriptorIsReady(_ readiness: Readiness) {
        action()
    }
}
