// SPDX-License-Identifier: Apache-2.0

package import EventReactor
import EventStream

/// A nucleus that says what a real one said in a recorded session, and checks that the client does what the recorded
/// client did: headers and JSON are compared by meaning, not by their order.
///
/// The first client to connect gets the first recorded connection, and so on; whoever connects after the last gets the
/// last once more.
public actor RecordedNucleus {
    /// Where it listens.
    public nonisolated let socketPath: String
    nonisolated let loop: EventLoop
    private nonisolated let ownsLoop: Bool
    /// Made for the socket; `nil` where the path was given.
    private nonisolated let directory: String?

    private let session: RecordedSession
    private var listener: Listener?
    private var acceptor: Acceptor?
    private var players: [ConnectionPlayer] = []
    private var result: Result<Void, any Error>?
    private var waiters: [CheckedContinuation<Void, any Error>] = []
    private lazy var timer = LoopTimer { [weak self] in
        self?.assumeIsolated {
            $0.end(.failure(NucleusSimulatorError(.timedOut, "the session was not played to its end")))
        }
    }

    /// The event loop: its thread is where everything happens.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Starts on a thread of its own, listening in a fresh directory below `TMPDIR` or `/tmp`.
    ///
    /// - Throws: ``NucleusSimulatorError`` if it cannot listen.
    public static func start(_ session: RecordedSession) async throws -> RecordedNucleus {
        do {
            let loop = try EventLoop.start()
            do {
                return try await start(session, on: loop, ownsLoop: true)
            } catch {
                await loop.shutDown()
                throw error
            }
        } catch let error as SystemError {
            throw NucleusSimulatorError(.cannotListen, "\(error)")
        }
    }

    /// Starts on an event loop that is there already.
    ///
    /// - Parameter socketPath: where to listen; `nil` for a fresh directory.
    package static func start(
        _ session: RecordedSession,
        socketPath: String? = nil,
        on loop: EventLoop
    ) async throws -> RecordedNucleus {
        try await start(session, on: loop, ownsLoop: false, socketPath: socketPath)
    }

    private static func start(
        _ session: RecordedSession,
        on loop: EventLoop,
        ownsLoop: Bool,
        socketPath: String? = nil
    ) async throws -> RecordedNucleus {
        let directory = socketPath == nil ? try Files.makeTemporaryDirectory(prefix: "greengrass-") : nil
        let path = socketPath ?? "\(directory ?? "")/ipc.socket"
        let nucleus = RecordedNucleus(session, path, directory: directory, loop: loop, ownsLoop: ownsLoop)
        do {
            try await nucleus.listen()
        } catch {
            if let directory { Files.remove(directory) }
            throw error
        }
        return nucleus
    }

    private init(
        _ session: RecordedSession,
        _ socketPath: String,
        directory: String?,
        loop: EventLoop,
        ownsLoop: Bool
    ) {
        self.session = session
        self.socketPath = socketPath
        self.directory = directory
        self.loop = loop
        self.ownsLoop = ownsLoop
    }

    private func listen() throws {
        let acceptor = Acceptor(self)
        self.acceptor = acceptor
        listener = try Listener(.unix(path: socketPath), loop: loop, mode: 0o666, owner: acceptor)
    }

    /// Waits until the last recorded connection has been played to its end.
    ///
    /// - Throws: ``ReplayDeparture`` when a client did something else than was recorded, ``NucleusSimulatorError`` if
    ///   it takes longer.
    public func waitUntilPlayed(timeout: Duration = .seconds(30)) async throws {
        try await withCheckedThrowingContinuation { continuation in
            // Looked at here and not before: there may be another turn of the loop before the closure runs.
            if let result { return continuation.resume(with: result) }
            waiters.append(continuation)
            loop.arm(timer, after: timeout)
        }
    }

    /// Closes everything and removes the socket. Waiting calls fail.
    public nonisolated func stop() async {
        await close()
        if let directory { Files.remove(directory) }
        if ownsLoop { await loop.shutDown() }
    }

    private func close() {
        listener?.close()
        listener = nil
        for player in players { player.close() }
        players = []
        end(.failure(NucleusSimulatorError(.stopped, "the recorded nucleus was stopped")))
    }

    /// Lets those who wait fail, because nothing more will come.
    package func giveUp(_ reason: String) {
        end(.failure(NucleusSimulatorError(.stopped, reason)))
    }

    private func end(_ result: Result<Void, any Error>) {
        guard self.result == nil else { return }
        self.result = result
        loop.cancel(timer)
        for waiter in waiters { waiter.resume(with: result) }
        waiters = []
    }

    fileprivate func accepted(_ descriptor: Int32) {
        let recorded = session.connections
        guard !recorded.isEmpty else {
            _ = FileDescriptor(owning: descriptor)
            return
        }
        let number = recorded[min(players.count, recorded.count - 1)]
        let player = ConnectionPlayer(SessionReplay(session, connection: number), of: self)
        players.append(player)
        try? player.adopt(descriptor, loop: loop)
    }

    fileprivate func finished() {
        if players.count >= session.connections.count { end(.success(())) }
    }

    fileprivate func departed(_ departure: ReplayDeparture) {
        end(.failure(departure))
    }
}

/// Hands accepted descriptors to the recorded nucleus.
private final class Acceptor: ListenerOwner, @unchecked Sendable {
    // Safety: made and used on the loop's thread only.
    private weak var nucleus: RecordedNucleus?

    init(_ nucleus: RecordedNucleus) {
        self.nucleus = nucleus
    }

    func listenerHasAccepted(_ descriptor: Int32) {
        nucleus?.assumeIsolated { $0.accepted(descriptor) }
    }
}

/// One client, to which one recorded connection is played.
private final class ConnectionPlayer: StreamSocketOwner, @unchecked Sendable {
    // Safety: made and used on the loop's thread only.
    private weak var nucleus: RecordedNucleus?
    private var replay: SessionReplay
    private var decoder = MessageDecoder()
    private var socket: StreamSocket?

    init(_ replay: SessionReplay, of nucleus: RecordedNucleus) {
        self.replay = replay
        self.nucleus = nucleus
    }

    func adopt(_ descriptor: Int32, loop: EventLoop) throws(SystemError) {
        socket = try StreamSocket.adopt(FileDescriptor(owning: descriptor), loop: loop, owner: self)
        perform(replay.connected())
    }

    func close() {
        socket?.close()
    }

    func socketHasFailed(_ error: SystemError) {
        perform(replay.endOfFile())
    }

    func socketIsReadable() {
        guard let socket else { return }
        do {
            var hasEnded = false
            try decoder.append(capacity: 64 * 1024) { buffer throws(SystemError) in
                switch try socket.read(into: buffer) {
                case .bytes(let count): return count
                case .wouldBlock: return 0
                case .endOfStream:
                    hasEnded = true
                    return 0
                }
            }
            while let message = try decoder.next() { perform(replay.received(message)) }
            if hasEnded {
                perform(replay.endOfFile())
                socket.closeWhenFlushed()
            }
        } catch {
            perform(replay.endOfFile())
            socket.close()
        }
    }

    private func perform(_ actions: [SessionReplay.Action]) {
        for action in actions {
            switch action {
            case .send(let bytes, milliseconds: _): socket?.write(bytes)
            case .close: socket?.closeWhenFlushed()
            case .departed(let departure): nucleus?.assumeIsolated { $0.departed(departure) }
            case .finished: nucleus?.assumeIsolated { $0.finished() }
            }
        }
    }
}
