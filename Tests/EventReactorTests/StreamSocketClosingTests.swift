// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Glibc
import Testing

@Suite(.timeLimit(.minutes(1)))
struct StreamSocketClosingTests {
    @Test func eachDirectionEndsOnItsOwn() async throws {
        try await withTestLoop { loop in
            let (left, right) = try SocketRecorder.pair(loop: loop)
            left.write([1])
            left.socket?.shutDownWriting()
            left.write([2])
            await right.wait { $0.hasEnded }
            #expect(right.received == [1])
            #expect(try await loop.turnsWhileIdle() < 5)
            right.write([3, 4])
            await left.wait { $0.received == [3, 4] }
            right.socket?.shutDownWriting()
            await left.wait { $0.hasEnded }
            // Both ends are hung up now, and neither is told for ever.
            #expect(try await loop.turnsWhileIdle() < 5)
            #expect(left.failure == nil && right.failure == nil)
            left.close()
            right.close()
        }
    }

    @Test func theEndComesBehindWhatIsQueued() async throws {
        try await withTestLoop { loop in
            let (left, right) = try SocketRecorder.pair(loop: loop)
            left.write(pattern(3_000_000))
            left.socket?.shutDownWriting()
            await right.wait { $0.hasEnded }
            #expect(right.received == pattern(3_000_000))
            right.write([1])
            await left.wait { $0.received == [1] }
            left.close()
            right.close()
        }
    }

    @Test func closesWhenFlushedThoughItsOwnerIsGone() async throws {
        try await withTestLoop { loop in
            let (left, right) = try StreamSocket.pair()
            do {
                let sender = try SocketRecorder.adopting(left, loop: loop)
                sender.write(pattern(3_000_000))
                sender.socket?.closeWhenFlushed()
                sender.write([1])
            }
            let receiver = try SocketRecorder.adopting(right, loop: loop)
            await receiver.wait { $0.hasEnded }
            #expect(receiver.received == pattern(3_000_000))
            receiver.close()
        }
    }

    @Test func closesWhenFlushedThoughThePeerHangsUp() async throws {
        try await withTestLoop { loop in
            let (left, right) = try SocketRecorder.pair(loop: loop)
            left.write(pattern(3_000_000))
            left.socket?.closeWhenFlushed()
            right.socket?.setReading(false)
            await loop.passTurns(2)
            right.close()
            await left.wait { $0.failure != nil }
            #expect(left.failure?.number == SystemError.brokenPipe || left.failure?.number == ECONNRESET)
            #expect(left.socket?.isClosed == true)
        }
    }

    @Test func writingToAClosedPeerFailsWithoutASignal() async throws {
        try await withTestLoop { loop in
            let (left, right) = try SocketRecorder.pair(loop: loop)
            right.close()
            // A child that another test is starting may hold a copy for a moment: only the end is sure.
            await left.wait { $0.hasEnded }
            left.write([1])
            await left.wait { $0.failure != nil }
            #expect(left.failure == SystemError(call: "send", number: SystemError.brokenPipe))
            #expect(left.socket?.isClosed == true)
        }
    }

    @Test func thePeerClosesWhileMuchIsQueued() async throws {
        try await withTestLoop { loop in
            let (left, right) = try SocketRecorder.pair(loop: loop)
            right.socket?.setReading(false)
            left.write(pattern(3_000_000))
            await loop.passTurns(2)
            #expect((left.socket?.queuedByteCount ?? 0) > 0)
            right.close()
            await left.wait { $0.failure != nil }
            #expect(left.socket?.queuedByteCount == 0)
        }
    }

    /// A Unix socket that is closed with bytes unread resets the connection.
    @Test func aResetIsReadAsAnError() async throws {
        try await withTestLoop { loop in
            let (number, peer) = try StreamSocket.pair()
            let socket = try SocketRecorder.adopting(number, loop: loop)
            socket.write([1])
            await loop.passTurns(2)
            close(peer)
            await socket.wait { $0.readError != nil }
            #expect(socket.readError == SystemError(call: "recv", number: ECONNRESET))
            #expect(try await loop.turnsWhileIdle() < 5)
            #expect(socket.socket?.isClosed == false)
            socket.close()
        }
    }

    /// While reading is paused a hang-up neither spins nor is lost, nor what was sent before it.
    @Test func aHangUpDuringAPauseIsReadAfterIt() async throws {
        try await withTestLoop { loop in
            let (number, peer) = try StreamSocket.pair()
            let socket = try SocketRecorder.adopting(number, loop: loop)
            socket.socket?.setReading(false)
            #expect(send(peer, "abc", 3, 0) == 3)
            close(peer)
            #expect(try await loop.turnsWhileIdle() < 5)
            #expect(socket.received.isEmpty && !socket.hasEnded)
            socket.socket?.setReading(true)
            await socket.wait { $0.hasEnded }
            #expect(socket.received == Array("abc".utf8))
            #expect(try await loop.turnsWhileIdle() < 5)
            socket.close()
        }
    }

    @Test func withoutAnOwnerItClosesInsteadOfSpinning() async throws {
        try await withTestLoop { loop in
            let (number, peer) = try StreamSocket.pair()
            let socket = try SocketRecorder.adopting(number, loop: loop).socket
            #expect(send(peer, "abc", 3, 0) == 3)
            await loop.passTurns(2)
            #expect(socket?.isClosed == true)
            close(peer)
        }
    }
}
