// SPDX-License-Identifier: Apache-2.0

import EventReactor
import EventStream

@testable import GreengrassIPC

/// A peer on a Unix socket that does what a test tells it, on the client's own loop, so that the order is certain.
final class ScriptedNucleus: ListenerOwner, @unchecked Sendable {
    // Safety: made and used on the loop's thread only.
    let loop: EventLoop
    let socketPath: String
    private let directory: String
    private var listener: Listener?
    private(set) var connections: [Peer] = []
    private let onMessage: (Peer, RPCMessage) -> Void
    private var waiters: [Waiter] = []

    private struct Waiter {
        let isMet: (ScriptedNucleus) -> Bool
        let deadline: LoopTimer
        let resume: (Bool) -> Void
    }

    init(_ loop: EventLoop, onMessage: @escaping (Peer, RPCMessage) -> Void) throws {
        self.loop = loop
        self.onMessage = onMessage
        directory = try Files.makeTemporaryDirectory(prefix: "scripted-nucleus-")
        socketPath = directory + "/ipc.socket"
    }

    func listen() throws {
        listener = try Listener(.unix(path: socketPath), loop: loop, owner: self)
    }

    func stop() {
        for connection in connections { connection.close() }
        listener?.close()
        listener = nil
    }

    func removeFiles() {
        stop()
        Files.remove(directory)
    }

    func listenerHasAccepted(_ descriptor: Int32) {
        let peer = Peer(number: connections.count + 1, nucleus: self)
        connections.append(peer)
        try? peer.adopt(descriptor)
        somethingHasHappened()
    }

    /// Waits until what the nucleus has seen meets a condition; false when it has not for very long.
    nonisolated func sees(_ condition: @escaping @Sendable (ScriptedNucleus) -> Bool) async -> Bool {
        await withCheckedContinuation { continuation in
            loop.execute { self.wait(condition) { continuation.resume(returning: $0) } }
        }
    }

    private func wait(_ condition: @escaping (ScriptedNucleus) -> Bool, _ resume: @escaping (Bool) -> Void) {
        let deadline = LoopTimer { [unowned self] in
            let waiters = self.waiters
            self.waiters = []
            for waiter in waiters { waiter.resume(waiter.isMet(self)) }
        }
        // Long: under a sanitizer other tests hold the threads of the pool for half a minute.
        loop.arm(deadline, after: .seconds(50))
        waiters.append(Waiter(isMet: condition, deadline: deadline, resume: resume))
        somethingHasHappened()
    }

    private func somethingHasHappened() {
        let met = waiters.filter { $0.isMet(self) }
        waiters.removeAll { waiter in met.contains { $0.deadline === waiter.deadline } }
        for waiter in met {
            loop.cancel(waiter.deadline)
            waiter.resume(true)
        }
    }

    /// One connection, seen from the nucleus.
    final class Peer: StreamSocketOwner, @unchecked Sendable {
        // Safety: loop-confined, as the nucleus.
        let number: Int
        private unowned let nucleus: ScriptedNucleus
        var loop: EventLoop { nucleus.loop }
        private var socket: StreamSocket?
        private var decoder = MessageDecoder()
        private(set) var received: [RPCMessage] = []
        private(set) var sawEnd = false
        /// Closes when more bytes come, without reading them: the client's end is reset.
        var resetsAtNextBytes = false

        init(number: Int, nucleus: ScriptedNucleus) {
            self.number = number
            self.nucleus = nucleus
        }

        func adopt(_ descriptor: Int32) throws {
            socket = try StreamSocket.adopt(FileDescriptor(owning: descriptor), loop: nucleus.loop, owner: self)
        }

        func socketHasFailed(_ error: SystemError) { sawEnd = true }

        func socketIsReadable() {
            guard let socket else { return }
            if resetsAtNextBytes { return close() }
            defer { nucleus.somethingHasHappened() }
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
                while let frame = try decoder.next() {
                    guard let message = RPCMessage(frame) else { continue }
                    received.append(message)
                    nucleus.onMessage(self, message)
                }
                if ended {
                    sawEnd = true
                    close()
                }
            } catch {
                sawEnd = true
                close()
            }
        }

        func send(_ bytes: [UInt8]) { socket?.write(bytes) }

        /// The ids of the streams that the client has ended.
        var terminated: [Int32] { received.filter(\.terminatesStream).map(\.streamID) }
        /// The client's requests.
        var requests: [RPCMessage] { received.filter { $0.operation != nil } }

        func send(
            type: Int32 = MessageType.application,
            flags: Int32 = 0,
            stream: Int32,
            shape: String? = nil,
            contentType: String? = "application/json",
            json: String = ""
        ) {
            send(
                Self.frame(type: type, flags: flags, stream: stream, shape: shape, contentType: contentType, json: json)
            )
        }

        static func frame(
            type: Int32 = MessageType.application,
            flags: Int32 = 0,
            stream: Int32,
            shape: String? = nil,
            contentType: String? = "application/json",
            json: String = ""
        ) -> [UInt8] {
            var headers: [Header] = []
            if let contentType, !json.isEmpty {
                headers.append(Header(name: ":content-type", value: .string(contentType)))
            }
            if let shape {
                headers.append(Header(name: "service-model-type", value: .string("aws.greengrass#" + shape)))
            }
            headers.append(Header(name: ":message-type", value: .int32(type)))
            headers.append(Header(name: ":message-flags", value: .int32(flags)))
            headers.append(Header(name: ":stream-id", value: .int32(stream)))
            let message = try? Message(headers: headers, payload: Array(json.utf8))
            return message?.encoded() ?? []
        }

        func accept() { send(type: MessageType.connectAck, flags: MessageFlags.connectionAccepted, stream: 0) }
        func refuse() { send(type: MessageType.connectAck, flags: 0, stream: 0) }
        func shutDownWriting() { socket?.shutDownWriting() }

        func closeWhenFlushed() { socket?.closeWhenFlushed() }

        func close() {
            socket?.close()
            socket = nil
        }
    }
}

extension RPCMessage {
    /// The operation's name without namespace.
    var operation: String? {
        guard case .string(let name)? = headers["operation"] else { return nil }
        return name.split(separator: "#").last.map(String.init)
    }

    var json: JSONValue? { try? JSONValue(jsonBytes: payload) }
}
