// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Glibc
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ListenerTests {
    @Test(arguments: [SocketAddress.ipv4("127.0.0.1", port: 0), .ipv6("::1", port: 0), .unix(path: "echo")])
    func servesManyConnections(address: SocketAddress) async throws {
        try await withListener(address) { loop, server in
            var clients: [SocketRecorder] = []
            for number in 0..<200 {
                let client = try SocketRecorder.connecting(to: server.address, loop: loop)
                client.write([UInt8(number), 1, 2, 3])
                clients.append(client)
            }
            for (number, client) in clients.enumerated() {
                await client.wait { $0.received.count == 4 || $0.failure != nil }
                #expect(client.received == [UInt8(number), 1, 2, 3])
                client.socket?.closeWhenFlushed()
            }
            for connection in server.connections { await connection.wait { $0.hasEnded || $0.readError != nil } }
        }
    }

    @Test func aTCPConnectionIsReported() async throws {
        try await withListener(.ipv4("127.0.0.1", port: 0)) { loop, server in
            let client = try SocketRecorder.connecting(to: server.address, loop: loop)
            // Before it is connected: queued, and ended behind it.
            client.write(pattern(100_000))
            client.socket?.shutDownWriting()
            await client.wait { $0.received.count == 100_000 }
            #expect(client.received == pattern(100_000))
            client.close()
        }
    }

    @Test func aClosedPortIsReported() async throws {
        try await withTestLoop { loop in
            var failure: SystemError?
            // The port was free a moment ago; somebody else on this machine may have it by now, then it is another's turn.
            for _ in 0..<10 where failure == nil {
                let listener = try Listener(.ipv4("127.0.0.1", port: 0), loop: loop, owner: Server(loop: loop))
                let address = listener.boundAddress
                listener.close()
                do {
                    let client = try SocketRecorder.connecting(to: address, loop: loop)
                    await client.wait { $0.failure != nil || $0.hasConnected }
                    failure = client.failure
                    #expect(client.hasConnected == (failure == nil))
                    if failure == nil { client.close() }
                    #expect(client.socket?.isClosed == true)
                } catch let error as SystemError {
                    failure = error
                }
            }
            #expect(failure?.call == "connect")
            #expect(failure?.number == SystemError.connectionRefused)
        }
    }

    @Test func aUnixSocketNobodyListensOnIsRefused() async throws {
        try await withDirectory { directory in
            try await withTestLoop { loop in
                let path = directory + "/socket"
                #expect(throws: SystemError(call: "connect", number: SystemError.noSuchFile, subject: path)) {
                    try SocketRecorder.connecting(to: .unix(path: path), loop: loop)
                }
                try makeStaleSocket(path)
                #expect(throws: SystemError(call: "connect", number: SystemError.connectionRefused, subject: path)) {
                    try SocketRecorder.connecting(to: .unix(path: path), loop: loop)
                }
            }
        }
    }

    @Test func aStaleFileIsReplacedALiveOneIsNot() async throws {
        try await withDirectory { directory in
            try await withTestLoop { loop in
                let path = directory + "/socket"
                try makeStaleSocket(path)
                let server = Server(loop: loop)
                let listener = try Listener(.unix(path: path), loop: loop, owner: server)
                var information = stat()
                #expect(stat(path, &information) == 0 && information.st_mode & 0o777 == 0o600)
                let inUse = SystemError(call: "bind", number: SystemError.alreadyInUse, subject: path)
                #expect(throws: inUse) { try Listener(.unix(path: path), loop: loop, owner: server) }
                let client = try SocketRecorder.connecting(to: .unix(path: path), loop: loop)
                client.write([5])
                await client.wait { $0.received == [5] }
                client.close()
                listener.close()
                #expect(!Files.exists(path))
                server.close()

                // What is no socket is never removed.
                close(open(path, O_CREAT | O_WRONLY, 0o600))
                #expect(throws: inUse) { try Listener(.unix(path: path), loop: loop, owner: server) }
                #expect(Files.exists(path))
            }
        }
    }

    @Test func aPathHas107BytesAtMost() async throws {
        try await withDirectory { directory in
            try await withTestLoop { loop in
                let server = Server(loop: loop)
                let room = SocketAddress.longestPath - directory.utf8.count - 1
                let path = directory + "/" + String(repeating: "p", count: room)
                let listener = try Listener(.unix(path: path), loop: loop, owner: server)
                let client = try SocketRecorder.connecting(to: .unix(path: path), loop: loop)
                client.write([6])
                await client.wait { $0.received == [6] }
                client.close()
                listener.close()
                server.close()
                let tooLong = SocketAddress.unix(path: path + "p")
                let expected = SystemError(call: "sockaddr_un", number: SystemError.nameTooLong, subject: path + "p")
                #expect(throws: expected) { try Listener(tooLong, loop: loop, owner: server) }
                #expect(throws: expected) { try SocketRecorder.connecting(to: tooLong, loop: loop) }
            }
        }
    }
}

/// Echoes what each connection sends.
final class Server: ListenerOwner, @unchecked Sendable {
    // Safety: touched on the loop's thread only.
    let loop: EventLoop
    private(set) var connections: [SocketRecorder] = []
    var address = SocketAddress.unix(path: "")
    private var echoed: [Int] = []

    init(loop: EventLoop) {
        self.loop = loop
    }

    func listenerHasAccepted(_ descriptor: Int32) {
        do {
            let connection = try SocketRecorder.adopting(descriptor, loop: loop)
            let index = connections.count
            connections.append(connection)
            echoed.append(0)
            connection.whenReadable = { [weak self] _ in self?.loop.execute { self?.echo(index) } }
        } catch {
            Issue.record(error)
        }
    }

    private func echo(_ index: Int) {
        let received = connections[index].received
        connections[index].write(received[echoed[index]...])
        echoed[index] = received.count
    }

    func close() {
        for connection in connections { connection.close() }
    }
}

private func withListener(
    _ address: SocketAddress,
    _ body: @escaping @Sendable (EventLoop, Server) async throws -> Void
) async throws {
    try await withDirectory { directory in
        try await withTestLoop { loop in
            let server = Server(loop: loop)
            var address = address
            if case .unix(let name) = address { address = .unix(path: directory + "/" + name) }
            let listener = try Listener(address, loop: loop, owner: server)
            server.address = listener.boundAddress
            #expect(!server.address.description.hasSuffix(":0"))
            try await body(loop, server)
            listener.close()
            server.close()
        }
    }
}

func withDirectory(_ body: (String) async throws -> Void) async throws {
    let directory = try Files.makeTemporaryDirectory(prefix: "reactor-")
    let result: Result<Void, any Error>
    do {
        result = .success(try await body(directory))
    } catch {
        result = .failure(error)
    }
    if let entries = opendir(directory) {
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { Files.remove(directory + "/" + name) }
        }
        closedir(entries)
    }
    Files.remove(directory)
    try result.get()
}

/// The file that a listener leaves behind when its process is killed.
private func makeStaleSocket(_ path: String) throws {
    let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
    try #require(result == 0)
    close(number)
}
