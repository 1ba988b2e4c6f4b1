// SPDX-License-Identifier: Apache-2.0

import EventReactor
import EventStream

@testable import GreengrassIPCTesting

/// A client that does exactly what a test says: bytes out, messages in.
actor WireClient {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private var socket: StreamSocket?
    private var owner: Owner?
    private var decoder = MessageDecoder()
    private var received: [Harness.Event] = []
    private var waiting: CheckedContinuation<Harness.Event, Never>?
    private(set) var readCount = 0

    init(loop: EventLoop) { self.loop = loop }

    static func connect(to simulator: NucleusSimulator) async throws -> WireClient {
        let client = WireClient(loop: simulator.loop)
        try await client.open(simulator.socketPath)
        return client
    }

    static func login(to simulator: NucleusSimulator, as component: String) async throws -> WireClient {
        let client = try await connect(to: simulator)
        let token = try await simulator.environment(forComponent: component)["SVCUID"] ?? ""
        await client.send(ClientFrame.connect(token))
        guard await client.next().flags == 1 else { throw SystemError(call: "CONNECT", number: 0) }
        return client
    }

    private func open(_ path: String) throws {
        let owner = Owner(self)
        self.owner = owner
        socket = try StreamSocket.connect(to: .unix(path: path), loop: loop, owner: owner)
    }

    func send(_ bytes: [UInt8]) { socket?.write(bytes) }

    func call(_ bytes: [UInt8]) async -> Harness.Event {
        send(bytes)
        return await next()
    }

    /// The next message, or the end.
    func next() async -> Harness.Event {
        // Looked at inside: there may be another turn of the loop before the closure runs.
        await withCheckedContinuation { continuation in
            if received.isEmpty {
                waiting = continuation
            } else {
                continuation.resume(returning: received.removeFirst())
            }
        }
    }

    /// From now on what comes is left where it is.
    func stopReading() { socket?.setReading(false) }

    func flush() { socket?.flush() }

    func close() { socket?.close() }

    private func note(_ event: Harness.Event) {
        if let waiting {
            self.waiting = nil
            waiting.resume(returning: event)
        } else {
            received.append(event)
        }
    }

    private func readable() {
        guard let socket else { return }
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let result = (try? buffer.withUnsafeMutableBytes { try socket.read(into: $0) }) ?? .endOfStream
            guard case .bytes(let count) = result else {
                if result == .endOfStream { note(.closed) }
                return
            }
            readCount += 1
            decoder.append(buffer[..<count])
            do {
                while let message = try decoder.next() { note(.message(message)) }
            } catch {
                return note(.garbage([]))
            }
        }
    }

    private final class Owner: StreamSocketOwner, @unchecked Sendable {
        // Safety: used on the loop's thread only.
        private weak var client: WireClient?
        init(_ client: WireClient) { self.client = client }
        func socketIsReadable() { client?.assumeIsolated { $0.readable() } }
        func socketHasFailed(_ error: SystemError) { client?.assumeIsolated { $0.note(.closed) } }
    }
}
