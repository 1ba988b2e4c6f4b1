// SPDX-License-Identifier: Apache-2.0

package import EventReactor
import GreengrassIPC

/// A nucleus to test components against: it listens on a Unix socket in this process and serves the IPC operations
/// with believable state, in the dialect of either nucleus.
///
/// ```swift
/// let simulator = try await NucleusSimulator.start(.init(components: [SimulatedComponent(name: "com.example.A")]))
/// let environment = try await simulator.environment(forComponent: "com.example.A")
/// // … start the component with that environment …
/// try await simulator.waitForSubscription(filter: "a/b")
/// await simulator.publish(topic: "a/b", payload: Array("hello".utf8))
/// await simulator.stop()
/// ```
public actor NucleusSimulator {
    /// How it was set up.
    public nonisolated let configuration: Configuration
    /// Where it listens.
    public nonisolated let socketPath: String
    nonisolated let loop: EventLoop
    private nonisolated let ownsLoop: Bool
    private nonisolated let temporaryDirectory: String?

    var nucleus: NucleusMachine
    private var listener: Listener?
    private var listenerOwner: SimulatorListenerOwner?
    private var connections: [ConnectionID: SimulatorConnection] = [:]
    private var connectionCount = 0
    private var freeSlots: [Int] = []
    private var slotCount = 0
    private var buffer = [UInt8](repeating: 0, count: 128 * 1024)
    private var timer: LoopTimer?
    private let origin = Instant.now()
    var waiters: [Waiter] = []
    var waiterCount = 0
    /// How the component ended that a test runs in this process.
    var componentFailure: NucleusSimulatorError?
    private(set) var isStopped = false
    private var reportedFindings = 0
    private var holdsConnections = false

    /// The event loop: its thread is where everything happens.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Starts a simulated nucleus on a thread of its own. It listens when this returns.
    ///
    /// - Throws: ``NucleusSimulatorError`` if it cannot listen or a token is not one.
    public static func start(_ configuration: Configuration = Configuration()) async throws -> NucleusSimulator {
        let loop: EventLoop
        do {
            loop = try EventLoop.start()
        } catch {
            throw NucleusSimulatorError(.cannotListen, "\(error)")
        }
        do {
            return try await start(configuration, on: loop, ownsLoop: true)
        } catch {
            await loop.shutDown()
            throw error
        }
    }

    /// Starts a simulated nucleus on an event loop that is there already.
    package static func start(_ configuration: Configuration, on loop: EventLoop) async throws -> NucleusSimulator {
        try await start(configuration, on: loop, ownsLoop: false)
    }

    private static func start(
        _ configuration: Configuration,
        on loop: EventLoop,
        ownsLoop: Bool
    ) async throws -> NucleusSimulator {
        let simulator = try NucleusSimulator(configuration, loop: loop, ownsLoop: ownsLoop)
        do {
            try await simulator.begin()
        } catch {
            simulator.removeTemporaryDirectory()
            throw error
        }
        return simulator
    }

    private init(_ configuration: Configuration, loop: EventLoop, ownsLoop: Bool) throws {
        self.configuration = configuration
        self.loop = loop
        self.ownsLoop = ownsLoop
        if let path = configuration.socketPath {
            socketPath = path
            temporaryDirectory = nil
        } else {
            do throws(SystemError) {
                let directory = try Files.makeTemporaryDirectory(prefix: "greengrass-")
                temporaryDirectory = directory
                socketPath = directory + "/ipc.socket"
            } catch {
                throw NucleusSimulatorError.noDirectory(because: error)
            }
        }
        nucleus = NucleusMachine(
            dialect: configuration.dialect,
            unsubackDelay: configuration.unsubackDelay,
            brokerState: configuration.brokerState
        )
        nucleus.unreadLimit = configuration.unreadLimit
        nucleus.plugins = configuration.plugins
        nucleus.servesConnectionStatus = configuration.servesConnectionStatus
        nucleus.dayOrigin = WallClock.milliseconds()
        nucleus.acceptsComponentNames = configuration.acceptsComponentNames
        if configuration.interpolatesComponentConfiguration { nucleus.interpolatedThingName = configuration.thingName }
        nucleus.thingName = configuration.thingName
        nucleus.setUpPlugins(configuration)
        nucleus.configurations.replace(
            configuration.dialect.nucleusComponent,
            with: configuration.nucleusConfiguration,
            time: nucleus.timeOfDay
        )
    }

    private func begin() throws {
        for component in configuration.components { try setComponent(component) }
        for fault in configuration.faults { inject(fault) }
        timer = LoopTimer { [weak self] in
            self?.assumeIsolated { $0.timePassed() }
        }
        listenerOwner = SimulatorListenerOwner(self)
        try listen()
    }

    func listen() throws {
        if let objection = NucleusSimulatorError.objection(toSocketPath: socketPath) { throw objection }
        guard let listenerOwner else { return }
        do throws(SystemError) {
            listener = try Listener(.unix(path: socketPath), loop: loop, mode: 0o666, owner: listenerOwner)
        } catch {
            throw NucleusSimulatorError.cannotListen(at: socketPath, because: error)
        }
    }

    func stopListening() {
        listener?.close()
        listener = nil
    }

    /// Closes every connection, removes the socket and ends its thread. Waiting calls fail.
    public nonisolated func stop() async {
        await close()
        removeTemporaryDirectory()
        if ownsLoop { await loop.shutDown() }
    }

    private func close() {
        guard !isStopped else { return }
        isStopped = true
        stopListening()
        if let timer { loop.cancel(timer) }
        timer = nil
        for connection in connections.values { connection.socket?.close() }
        connections.removeAll()
        failWaiters()
    }

    private nonisolated func removeTemporaryDirectory() {
        if let temporaryDirectory { Files.remove(temporaryDirectory) }
    }
}

// What the sockets tell, and what is done about it.
extension NucleusSimulator {
    /// The time since the simulator was made.
    var now: Duration { Instant.now() - origin }

    func accepted(_ descriptor: Int32) {
        connectionCount += 1
        if freeSlots.isEmpty {
            freeSlots.append(slotCount)
            slotCount += 1
        }
        let identifier = ConnectionID(number: connectionCount, slot: freeSlots.removeLast())
        let connection = SimulatorConnection(identifier, of: self)
        do {
            try connection.adopt(descriptor, loop: loop, unreadLimit: configuration.unreadLimit)
        } catch {
            freeSlots.append(identifier.slot)
            return
        }
        connections[identifier] = connection
        if holdsConnections { connection.isHeld = true }
        nucleus.connected(identifier)
    }

    func holdConnections(_ holds: Bool) {
        holdsConnections = holds
        for connection in connections.values { connection.isHeld = holds }
    }

    func read(from connection: SimulatorConnection) {
        // A client that sends without end must not keep the others waiting.
        var rounds = 4
        while rounds > 0, let socket = connection.socket, !socket.isClosed {
            rounds -= 1
            let result: StreamSocket.ReadResult
            do {
                result = try buffer.withUnsafeMutableBytes { bytes throws(SystemError) in try socket.read(into: bytes) }
            } catch {
                return disconnected(connection.identifier)
            }
            switch result {
            case .wouldBlock: return
            case .endOfStream:
                perform(nucleus.endOfFile(on: connection.identifier, now: now))
                return
            case .bytes(let count):
                let bytes = buffer.span.extracting(0..<count)
                perform(nucleus.received(bytes, on: connection.identifier, now: now))
                if socket.isFull { return socket.setReading(false) }
                if connection.isHeld { return }
                if count < buffer.count { return }
            }
        }
    }

    func disconnected(_ identifier: ConnectionID) {
        guard let connection = connections.removeValue(forKey: identifier) else { return }
        connection.socket?.close()
        forget(identifier)
    }

    private func forget(_ identifier: ConnectionID) {
        freeSlots.append(identifier.slot)
        perform(nucleus.disconnected(identifier, now: now))
    }

    private func timePassed() { perform(nucleus.timePassed(now: now)) }

    /// The only place where what the nucleus wants becomes true.
    func perform(_ actions: [NucleusAction]) {
        for action in actions {
            switch action {
            case .write(let identifier, let bytes): write(bytes, to: identifier)
            case .cutOff(let identifier): disconnected(identifier)
            case .setReading(let identifier, let reads): connections[identifier]?.isHeld = !reads
            case .close(let identifier):
                guard let connection = connections.removeValue(forKey: identifier) else { continue }
                connection.socket?.closeWhenFlushed()
                forget(identifier)
            }
        }
        if nucleus.isRestartDue { restartNow(newTokens: true) }
        armTimer()
        if nucleus.findings.count > reportedFindings { reportFindings() }
        if !nucleus.lifecycleRequests.isEmpty { reportLifecycleRequests() }
        if !waiters.isEmpty { resumeWaiters() }
    }

    private func write(_ bytes: [UInt8], to identifier: ConnectionID) {
        guard let socket = connections[identifier]?.socket else { return }
        socket.write(bytes)
        guard socket.queuedByteCount > configuration.unreadLimit else { return }
        // A whole turn's messages may lie here; what the client has room for is not unread.
        socket.flush()
        guard !socket.isClosed, socket.queuedByteCount > configuration.unreadLimit else { return }
        perform(nucleus.hasLeftUnread(socket.queuedByteCount, on: identifier, now: now))
    }

    private func reportFindings() {
        let new = nucleus.findings[reportedFindings...]
        reportedFindings = nucleus.findings.count
        if let report = configuration.onFinding { new.forEach(report) }
    }

    private func armTimer() {
        guard let timer else { return }
        if let deadline = nucleus.nextDeadline {
            loop.arm(timer, at: origin + deadline)
        } else if timer.isArmed {
            loop.cancel(timer)
        }
    }

    /// How many clients are connected.
    public var openConnectionCount: Int { connections.count }
}
