// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPCTesting

/// Stands between clients and a nucleus: passes on what each says to the other, and writes it down.
final class Recorder: ListenerOwner, @unchecked Sendable {
    // Safety: made and used on the loop's thread only.
    private let loop: EventLoop
    private let upstream: String
    private let file: OutputFile
    private var redaction: Redaction?
    private var listener: Listener?
    private var relays: [Int: Relay] = [:]
    private var connectionCount = 0
    private(set) var entryCount = 0
    /// Why the file has come to an end before its time.
    private(set) var failure: SystemError?
    private var waiting: CheckedContinuation<Void, Never>?

    init(listen: String, upstream: String, file: OutputFile, redacts: Bool, loop: EventLoop) throws(SystemError) {
        self.loop = loop
        self.upstream = upstream
        self.file = file
        redaction = redacts ? Redaction() : nil
        listener = try Listener(.unix(path: listen), loop: loop, owner: self)
    }

    func close() {
        listener?.close()
        listener = nil
        for relay in relays.values { relay.close() }
        relays = [:]
    }

    /// Passes on and writes down what has come and was not read yet.
    func catchUp() {
        for (_, relay) in relays.sorted(by: { $0.key < $1.key }) { relay.catchUp() }
    }

    /// Waits until no connection is left, or for as long as is given.
    func untilIdle(_ limit: Duration) async {
        let timer = LoopTimer { [weak self] in self?.idle() }
        loop.arm(timer, after: limit)
        await withCheckedContinuation { continuation in
            if relays.isEmpty { continuation.resume() } else { waiting = continuation }
        }
        loop.cancel(timer)
    }

    private func idle() {
        waiting?.resume()
        waiting = nil
    }

    func listenerHasAccepted(_ descriptor: Int32) {
        connectionCount += 1
        let number = connectionCount
        let relay = Relay(number, of: self)
        do throws(SystemError) {
            try relay.start(FileDescriptor(owning: descriptor), upstream: upstream, loop: loop)
            relays[number] = relay
        } catch {
            CurrentProcess.write("ggipc: connection \(number): \(error)\n", to: 2)
        }
    }

    fileprivate func note(_ contents: [RecordedSession.Content], _ relay: Relay, _ sender: RecordedSession.Sender) {
        for content in contents where failure == nil {
            let entry = RecordedSession.Entry(
                milliseconds: Double((Instant.now() - relay.origin).nanoseconds / 1000) / 1000,
                connection: relay.number,
                sender: sender,
                content: redaction?.redacted(content) ?? content
            )
            do throws(SystemError) {
                try file.write(entry.ndjson)
                entryCount += 1
            } catch {
                failure = error
                CurrentProcess.write("ggipc: the recording ends here: \(error)\n", to: 2)
            }
        }
    }

    fileprivate func ended(_ relay: Relay) {
        relays[relay.number] = nil
        if relays.isEmpty { idle() }
    }
}

/// One connection: a socket to the client and one to the nucleus.
private final class Relay: @unchecked Sendable {
    // Safety: made and used on the loop's thread only.
    let number: Int
    let origin = Instant.now()
    private weak var recorder: Recorder?
    private var client: Side?
    private var server: Side?

    init(_ number: Int, of recorder: Recorder) {
        self.number = number
        self.recorder = recorder
    }

    func start(_ descriptor: consuming FileDescriptor, upstream: String, loop: EventLoop) throws(SystemError) {
        let server = Side(.server, of: self)
        server.socket = try StreamSocket.connect(to: .unix(path: upstream), loop: loop, owner: server)
        let client = Side(.client, of: self)
        client.socket = try StreamSocket.adopt(descriptor, loop: loop, owner: client)
        (self.client, self.server) = (client, server)
    }

    func close() {
        client?.socket?.close()
        server?.socket?.close()
    }

    private func other(_ side: Side) -> Side? { side === client ? server : client }

    fileprivate func catchUp() {
        for side in [client, server].compactMap(\.self) {
            while !side.hasEnded, other(side)?.socket?.isFull != true, read(from: side) {}
        }
    }

    /// Whether there was something.
    @discardableResult
    fileprivate func read(from side: Side) -> Bool {
        guard let socket = side.socket, let other = other(side) else { return false }
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        let result: StreamSocket.ReadResult
        do {
            result = try buffer.withUnsafeMutableBytes { bytes throws(SystemError) in try socket.read(into: bytes) }
        } catch {
            failed(side)
            return false
        }
        switch result {
        case .wouldBlock: return false
        case .bytes(let count):
            let bytes = buffer[..<count]
            recorder?.note(side.recorded.received(bytes), self, side.sender)
            other.socket?.write(bytes)
            if other.socket?.isFull == true { socket.setReading(false) }
        case .endOfStream:
            recorder?.note(side.recorded.ended(), self, side.sender)
            side.hasEnded = true
            other.socket?.shutDownWriting()
            if other.hasEnded { end() }
        }
        return true
    }

    fileprivate func drained(_ side: Side) { other(side)?.socket?.setReading(true) }

    /// A side is gone: the other is told, after what there still is for it.
    fileprivate func failed(_ side: Side) {
        for side in [side, other(side)].compactMap(\.self) where !side.hasEnded {
            side.hasEnded = true
            recorder?.note(side.recorded.ended(), self, side.sender)
        }
        end()
    }

    private func end() {
        client?.socket?.closeWhenFlushed()
        server?.socket?.closeWhenFlushed()
        recorder?.ended(self)
    }
}

/// One of the two ends of a connection.
private final class Side: StreamSocketOwner, @unchecked Sendable {
    // Safety: made and used on the loop's thread only.
    let sender: RecordedSession.Sender
    var socket: StreamSocket?
    var recorded = RecordedSide()
    var hasEnded = false
    private weak var relay: Relay?

    init(_ sender: RecordedSession.Sender, of relay: Relay) {
        self.sender = sender
        self.relay = relay
    }

    func socketIsReadable() { relay?.read(from: self) }
    func socketHasDrained() { relay?.drained(self) }
    func socketHasFailed(_ error: SystemError) { relay?.failed(self) }
}
