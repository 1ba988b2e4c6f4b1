// SPDX-License-Identifier: Apache-2.0

import EventReactor
import EventStream
import GreengrassIPCTesting

/// Does over real sockets what a recording's clients did.
final class ClientPlayer: @unchecked Sendable {
    // Safety: made and used on the loop's thread only, where the program's only task runs too.
    private var replay: ClientReplay
    private let path: String
    /// Whether nothing is done earlier than in the recording.
    private let isPaced: Bool
    private let loop: EventLoop
    private var connections: [Int: PlayedConnection] = [:]
    private var lastMessage = Instant.now()

    /// How long a server may be silent where the recording has an answer.
    private static let patience = Duration.seconds(1)
    /// How long to watch for what the recording does not have.
    private static let quiet = Duration.milliseconds(100)
    private static let pause = Duration.milliseconds(2)

    init(_ replay: ClientReplay, path: String, isPaced: Bool, loop: EventLoop) {
        self.replay = replay
        self.path = path
        self.isPaced = isPaced
        self.loop = loop
    }

    /// Answers how what came compares with the recording.
    ///
    /// - Throws: `CommandFailure` if nobody listens, or the time is over.
    func play(timeout: Duration) async throws -> [Verdict] {
        let end = Instant.now() + timeout
        var origins: [Int: Instant] = [:]
        defer { for connection in connections.values { connection.close() } }
        for turn in replay.turns {
            let origin = origins[turn.connection] ?? Instant.now()
            origins[turn.connection] = origin
            if isPaced { try await loop.sleep(until: origin + .microseconds(Int64(turn.milliseconds * 1000))) }
            let since = Instant.now()
            while !replay.isReady(for: turn), Instant.now() - max(since, lastMessage) < Self.patience {
                try await loop.sleep(for: Self.pause)
                guard Instant.now() < end else {
                    throw CommandFailure("the time is over before the session was played")
                }
            }
            try take(turn)
        }
        try await settle(until: end)
        return replay.verdicts
    }

    /// Waits until all has come, and a moment for what should not; or until the server has been silent for long.
    private func settle(until end: Instant) async throws {
        lastMessage = Instant.now()
        while Instant.now() < end {
            try await loop.sleep(for: Self.quiet)
            let silence = Instant.now() - lastMessage
            if silence >= Self.patience { return }
            if silence >= Self.quiet, replay.verdicts.allSatisfy(\.differences.isEmpty) { return }
        }
    }

    private func take(_ turn: ClientReplay.Turn) throws {
        let number = turn.connection
        switch turn.step {
        case .connect:
            do {
                let connection = PlayedConnection(
                    loop: loop,
                    received: { [weak self] in self?.received($0, on: number) },
                    ended: { [weak self] in self?.replay.ended(number) }
                )
                try connection.connect(to: path)
                connections[number] = connection
            } catch {
                throw CommandFailure("\(path): \(error); a nucleus must listen there")
            }
        case .send(let bytes): connections[number]?.send(replay.translated(bytes))
        case .sendOmitted(let count): connections[number]?.send(try Self.filler(count))
        case .close:
            replay.closed(number)
            connections[number]?.close()
        }
    }

    private func received(_ message: Message, on number: Int) {
        lastMessage = Instant.now()
        replay.received(message, on: number)
    }

    /// A request of that many bytes, in place of one that the recording leaves out for its size.
    private static func filler(_ count: Int) throws -> [UInt8] {
        func message(_ filling: Int) throws -> Message {
            let headers: [Header] = [
                Header(name: "x", value: .string(String(repeating: "x", count: filling))),
                Header(name: ":message-type", value: .int32(0)),
                Header(name: ":message-flags", value: .int32(0)), Header(name: ":stream-id", value: .int32(1)),
                Header(name: "operation", value: .string("aws.greengrass#GetConfiguration")),
            ]
            return try Message(headers: headers, payload: Array("{}".utf8))
        }
        let missing = count - (try message(0).encodedByteCount)
        guard missing >= 0 else { throw CommandFailure("the recording leaves out a message of \(count) bytes") }
        return try message(missing).encoded()
    }
}

/// One connection to the server.
private final class PlayedConnection: StreamSocketOwner {
    private let loop: EventLoop
    private let received: (Message) -> Void
    private let ended: () -> Void
    private var socket: StreamSocket?
    private var decoder = MessageDecoder()
    private var buffer = [UInt8](repeating: 0, count: 64 * 1024)

    init(loop: EventLoop, received: @escaping (Message) -> Void, ended: @escaping () -> Void) {
        self.loop = loop
        self.received = received
        self.ended = ended
    }

    func connect(to path: String) throws(SystemError) {
        socket = try StreamSocket.connect(to: .unix(path: path), loop: loop, owner: self)
    }

    func send(_ bytes: [UInt8]) {
        guard let socket, !socket.isClosed else { return }
        socket.write(bytes)
    }

    func close() {
        socket?.closeWhenFlushed()
        socket = nil
    }

    private func end() {
        guard let socket else { return }
        self.socket = nil
        socket.close()
        ended()
    }

    func socketHasFailed(_ error: SystemError) { end() }

    func socketIsReadable() {
        while let socket, !socket.isClosed {
            let result: StreamSocket.ReadResult
            do {
                result = try buffer.withUnsafeMutableBytes { bytes throws(SystemError) in try socket.read(into: bytes) }
            } catch {
                return end()
            }
            switch result {
            case .wouldBlock: return
            case .endOfStream: return end()
            case .bytes(let count):
                decoder.append(buffer[..<count])
                do {
                    while let message = try decoder.next() { received(message) }
                } catch {
                    return end()
                }
            }
        }
    }
}
