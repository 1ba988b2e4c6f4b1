// SPDX-License-Identifier: Apache-2.0

import EventReactor
import EventStream
import Glibc
import Testing

@testable import GreengrassIPC

@Suite(.timeLimit(.minutes(1)))
struct HandshakeTests {
    @Test func connectGoesAlone() async throws {
        let silent: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            if message.type != MessageType.connect { answering()(peer, message) }
        }
        try await withTestNucleus(onMessage: silent) { client, nucleus in
            async let call = client.getConfiguration()
            async let subscription: Void = client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce) { _ in }
            #expect(await nucleus.sees { $0.connections.first?.received.count == 1 })
            await settle(client.loop)
            let connect = try await onLoop(client.loop) { nucleus.connections[0].received }
            #expect(connect.map(\.type) == [MessageType.connect])
            #expect(connect[0].headers[":version"] == .string("0.1.0"))
            #expect(connect[0].flags == 0)
            #expect(connect[0].streamID == 0)
            try await onLoop(client.loop) { nucleus.connections[0].accept() }
            _ = try await (call, subscription)
        }
    }

    @Test func aComponentNameIsSentInPlaceOfAToken() async throws {
        try await withTestNucleus(
            configure: { $0.authentication = .componentName("com.example.C") },
            onMessage: answering()
        ) { client, nucleus in
            _ = try await client.getConfiguration()
            let connect = try await onLoop(client.loop) { nucleus.connections[0].received[0] }
            #expect(connect.json == ["componentName": "com.example.C"])
        }
    }

    /// As classic says it: nothing may be sent afterwards, and the token is not tried again.
    @Test func aRefusalInWordsIsFinal() async throws {
        let refusing: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, _ in peer.refuse() }
        try await withTestNucleus(onMessage: refusing) { client, nucleus in
            async let first = code { try await client.getConfiguration() }
            async let second = code {
                try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce) { _ in }
            }
            #expect(await first == .accessDenied)
            #expect(await second == .accessDenied)
            let error = await failure { try await client.getConfiguration() }
            #expect(error?.code == .accessDenied)
            #expect(error?.message.contains("relaunched") == true)
            #expect(await code { try await client.run() } == .accessDenied)
            await settle(client.loop)
            let peers = try await onLoop(client.loop) { nucleus.connections.map { $0.received.map(\.type) } }
            #expect(peers == [[MessageType.connect]])
        }
    }

    /// As lite says it. It closes so when it is full or stopping, too.
    @Test func threeSilentRefusalsAreFinal() async throws {
        let closing: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, _ in peer.close() }
        try await withTestNucleus(onMessage: closing) { client, nucleus in
            #expect(await code { try await client.getConfiguration() } == .accessDenied)
            let peers = try await onLoop(client.loop) { nucleus.connections.map { $0.received.map(\.type) } }
            #expect(peers == Array(repeating: [MessageType.connect], count: 3))
        }
    }

    @Test func oneSilentRefusalIsNot() async throws {
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            if peer.number <= 2 { peer.close() } else { answering()(peer, message) }
        }
        try await withTestNucleus(onMessage: script) { client, _ in _ = try await client.getConfiguration() }
    }

    /// A subscription that was there ends with the refusal, too.
    @Test func aTokenThatIsRefusedAfterALossEndsEverything() async throws {
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            if peer.number > 1 { return peer.refuse() }
            answering()(peer, message)
            if message.operation == "SubscribeToIoTCore" { peer.closeWhenFlushed() }
        }
        try await withTestNucleus(onMessage: script) { client, _ in
            let error = await failure {
                try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce) { messages in
                    for try await _ in messages {}
                }
            }
            #expect(error?.code == .accessDenied)
            #expect(error?.operation == "aws.greengrass#SubscribeToIoTCore")
        }
    }

    @Test func aSocketThatIsNotThereYetIsWaitedFor() async throws {
        try await withTestNucleus(listens: false, onMessage: answering()) { client, nucleus in
            async let call = client.getConfiguration()
            await settle(client.loop)
            try await onLoop(client.loop) { try nucleus.listen() }
            _ = try await call
        }
    }

    @Test func aSocketThatNobodyListensOnIsWaitedFor() async throws {
        try await withTestNucleus(listens: false, onMessage: answering()) { client, nucleus in
            try #require(leaveSocketFile(at: nucleus.socketPath))
            async let call = client.getConfiguration()
            await settle(client.loop)
            try await onLoop(client.loop) { try nucleus.listen() }
            _ = try await call
        }
    }

    @Test func withoutANucleusACallFailsInItsTime() async throws {
        try await withTestNucleus(
            listens: false,
            configure: { $0.callTimeout = .milliseconds(30) },
            onMessage: answering()
        ) { client, nucleus in
            let error = await failure { try await client.getConfiguration() }
            #expect(error?.code == .notConnected)
            #expect(error?.description.contains(nucleus.socketPath) == true)
        }
    }

    @Test func aNucleusThatNeverAnswersConnectIsTriedAgain() async throws {
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            if peer.number > 1 { answering()(peer, message) }
        }
        try await withTestNucleus(
            configure: { $0.connectTimeout = .milliseconds(500) },
            onMessage: script
        ) { client, nucleus in
            _ = try await client.getConfiguration()
            #expect(try await onLoop(client.loop) { nucleus.connections.map(\.sawEnd) } == [true, false])
        }
    }

    @Test(arguments: [ConnectionFault.wrongMessageChecksum, .oversized, .protocolError, .internalErrorInIllFormedJSON])
    func faultsBeforeTheAckAreTriedAgain(_ fault: ConnectionFault) async throws {
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            if peer.number <= 4 { fault.strike(peer) } else { answering()(peer, message) }
        }
        try await withTestNucleus(onMessage: script) { client, _ in _ = try await client.getConfiguration() }
    }
}

/// What a nucleus leaves behind that was killed.
private func leaveSocketFile(at path: String) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    let result = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
    return result == 0
}
