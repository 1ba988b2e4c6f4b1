// SPDX-License-Identifier: Apache-2.0

import EventReactor
import EventStream
import FuzzSupport
import GreengrassIPC

/// Sends the first frame of its bytes when CONNECT has come, the rest when three requests have, and then ends the
/// stream; checks meanwhile that the client keeps to the protocol.
final class HostileNucleus: ListenerOwner, StreamSocketOwner, @unchecked Sendable {
    // Safety: made and used on the loop's thread only.
    private let loop: EventLoop
    private let bytes: [UInt8]
    private let firstByteCount: Int
    private var listener: Listener?
    private var socket: StreamSocket?
    private var decoder = MessageDecoder()
    private var hasAccepted = false
    private var hasSentRest = false
    private var lastID: Int32 = 0
    private var hasEnded = false
    private var waiter: CheckedContinuation<Void, Never>?

    init(_ loop: EventLoop, _ bytes: [UInt8]) {
        self.loop = loop
        self.bytes = bytes
        firstByteCount = Checksums.firstFrameByteCount(bytes) ?? bytes.count
    }

    func listen(_ path: String) throws {
        listener = try Listener(.unix(path: path), loop: loop, owner: self)
    }

    func stop() {
        socket?.close()
        listener?.close()
    }

    /// Returns when the client has left, or has been told all.
    func ended() async {
        await withCheckedContinuation { continuation in
            if hasEnded { continuation.resume() } else { waiter = continuation }
        }
    }

    private func end() {
        hasEnded = true
        socket?.close()
        waiter?.resume()
        waiter = nil
    }

    func listenerHasAccepted(_ descriptor: Int32) {
        let descriptor = FileDescriptor(owning: descriptor)
        guard !hasAccepted else { return }
        hasAccepted = true
        do {
            socket = try StreamSocket.adopt(descriptor, loop: loop, owner: self)
        } catch {
            end()
        }
    }

    func socketHasFailed(_ error: SystemError) { end() }

    func socketIsReadable() {
        guard let socket else { return }
        do {
            var ended = false
            try decoder.append(capacity: 65536) { buffer throws(SystemError) in
                switch try socket.read(into: buffer) {
                case .bytes(let count): return count
                case .wouldBlock: return 0
                case .endOfStream:
                    ended = true
                    return 0
                }
            }
            while let frame = try decoder.next() { received(frame, socket) }
            if ended { end() }
        } catch let error as EventStreamError {
            preconditionFailure("fuzz: the client sent a broken frame: \(error)")
        } catch {
            end()
        }
    }

    private func received(_ frame: Message, _ socket: StreamSocket) {
        guard let message = RPCMessage(frame) else { return check(false, "the client's frames have their headers") }
        switch message.type {
        case MessageType.connect:
            check(lastID == 0, "CONNECT comes once, and first")
            socket.write(bytes[..<firstByteCount])
            if firstByteCount == bytes.count { sendRest(socket) }
        case MessageType.application where message.headers["operation"] != nil:
            check(message.streamID == lastID + 1, "stream ids have no gap")
            lastID = message.streamID
            if lastID == 3 { sendRest(socket) }
        case MessageType.application:
            check(message.terminatesStream && message.payload.isEmpty, "a stream is ended by an empty TERMINATE")
            check((1...max(lastID, 1)).contains(message.streamID), "only streams that were opened are ended")
        case MessageType.pingResponse: break
        default: check(false, "the client sends nothing else")
        }
    }

    private func sendRest(_ socket: StreamSocket) {
        guard !hasSentRest else { return }
        hasSentRest = true
        for piece in Input.pieces(Array(bytes[firstByteCount...]), longest: 4096) { socket.write(piece) }
        socket.shutDownWriting()
    }
}
