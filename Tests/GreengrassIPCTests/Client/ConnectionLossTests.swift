// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import GreengrassIPC

/// What can become of a connection while a call is under way.
enum ConnectionFault: String, CaseIterable, Sendable {
    case endOfFile, reset, halfAFrame
    case wrongPreludeChecksum, wrongMessageChecksum, headerLengthTooLarge, lengthUnder16, oversized
    case unknownHeaderType, headerPastTheBlock, noFixedHeaders, fixedHeaderOfAnotherType
    case applicationOnStream0, secondAck, connectOnAStream
    case protocolError, internalErrorInIllFormedJSON

    func strike(_ peer: ScriptedNucleus.Peer) {
        switch self {
        case .endOfFile: peer.close()
        case .reset: break
        case .halfAFrame:
            peer.send(Array(ScriptedNucleus.Peer.frame(stream: 1, json: "{}").dropLast(3)))
            peer.closeWhenFlushed()
        case .wrongPreludeChecksum: peer.send(rawFrame(headers: []).replacing(at: 8))
        case .wrongMessageChecksum: peer.send(rawFrame(headers: [], payload: [1, 2, 3]).replacing(at: 13))
        case .headerLengthTooLarge: peer.send(rawFrame(headers: [], payload: [1], headerLength: 2))
        case .lengthUnder16: peer.send(rawFrame(headers: [], total: 15))
        case .oversized: peer.send(rawFrame(headers: [], total: (24 << 20) + 1))
        case .unknownHeaderType: peer.send(rawFrame(headers: [1, 0x61, 10]))
        case .headerPastTheBlock: peer.send(rawFrame(headers: [1, 0x61, 7, 0, 9, 0x62]))
        case .noFixedHeaders: peer.send(rawFrame(headers: [], payload: Array("{}".utf8)))
        case .fixedHeaderOfAnotherType: peer.send(Self.frameWithShortType)
        case .applicationOnStream0: peer.send(flags: 2, stream: 0, json: "{}")
        case .secondAck: peer.accept()
        case .connectOnAStream: peer.send(type: MessageType.connect, stream: 1)
        case .protocolError: peer.send(type: MessageType.protocolError, stream: 0, json: #"{"message":"m"}"#)
        case .internalErrorInIllFormedJSON:
            peer.send(type: MessageType.internalError, stream: 0, json: #"{ "error": "e"}"message": "m"}"#)
        }
    }

    /// `:message-type` as an int16.
    private static var frameWithShortType: [UInt8] {
        func header(_ name: String, _ type: UInt8, _ value: [UInt8]) -> [UInt8] {
            [UInt8(name.utf8.count)] + Array(name.utf8) + [type] + value
        }
        return rawFrame(
            headers: header(":message-type", 3, [0, 0]) + header(":message-flags", 4, [0, 0, 0, 2])
                + header(":stream-id", 4, [0, 0, 0, 1])
        )
    }
}

extension [UInt8] {
    /// With one bit turned.
    fileprivate func replacing(at index: Int, bit: UInt8 = 1) -> [UInt8] {
        var bytes = self
        bytes[index] ^= bit
        return bytes
    }
}

@Suite(.timeLimit(.minutes(1)))
struct ConnectionLossTests {
    /// One call is struck; a subscription is there, and a call follows on the next connection.
    @Test(arguments: ConnectionFault.allCases)
    func callsFailAndSubscriptionsAreMadeAgain(_ fault: ConnectionFault) async throws {
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            if message.operation == "GetConfiguration", peer.number == 1 { return fault.strike(peer) }
            answering()(peer, message)
            if message.operation == "SubscribeToIoTCore" {
                peer.sendMessage(stream: message.streamID, "from \(peer.number)")
                if fault == .reset, peer.number == 1 { peer.resetsAtNextBytes = true }
            }
        }
        try await withTestNucleus(onMessage: script) { client, nucleus in
            try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce) { messages in
                var items = messages.withGaps.makeAsyncIterator()
                #expect(try await items.next()?.text == "from 1")
                let error = await failure { try await client.getConfiguration() }
                #expect(error?.code == .connectionLost)
                #expect(error?.operation == "aws.greengrass#GetConfiguration")
                #expect(try await items.next()?.text == "gap")
                #expect(try await items.next()?.text == "from 2")
                _ = try await client.getConfiguration()
                let requests = try await onLoop(client.loop) { nucleus.connections[1].requests }
                #expect(requests.map(\.operation) == ["SubscribeToIoTCore", "GetConfiguration"])
                #expect(requests.map(\.streamID) == [1, 2])
            }
            #expect(try await onLoop(client.loop) { nucleus.connections.count } == 2)
        }
    }

    @Test func aBitTurnedAnywhereIsNoticed() async throws {
        let good = ScriptedNucleus.Peer.frame(flags: 2, stream: 1, shape: "GetConfigurationResponse", json: "{}")
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            guard message.operation != nil else { return peer.accept() }
            let index = peer.number - 1
            peer.send(index < good.count ? good.replacing(at: index, bit: 1 << UInt8(index % 8)) : good)
        }
        let quick = Backoff(initial: .milliseconds(1), maximum: .milliseconds(1))
        try await withTestNucleus(configure: { $0.backoff = quick }, onMessage: script) { client, nucleus in
            for _ in good.indices {
                #expect(await code { try await client.getConfiguration() } == .connectionLost)
            }
            _ = try await client.getConfiguration()
            #expect(try await onLoop(client.loop) { nucleus.connections.count } == good.count + 1)
        }
    }

    @Test func subscriptionsAreMadeAgainInTheirOrder() async throws {
        try await withTestNucleus(onMessage: answering()) { client, nucleus in
            let topics = (0..<20).map { "t/\($0)" }
            let task = Task(executorPreference: client.loop) {
                try await Self.subscribe(client, topics[...]) {
                    try await onLoop(client.loop) { nucleus.connections[0].close() }
                    #expect(await nucleus.sees { $0.connections.count == 2 && $0.connections[1].requests.count == 20 })
                }
            }
            try await task.value
            let requests = try await onLoop(client.loop) { nucleus.connections[1].requests }
            #expect(requests.map { $0.json?["topicName"]?.stringValue } == topics)
            #expect(requests.map(\.streamID) == Array(1...20))
        }
    }

    private static func subscribe(
        _ client: GreengrassIPCClient,
        _ topics: ArraySlice<String>,
        _ body: @Sendable () async throws -> Void
    ) async throws {
        guard let topic = topics.first else { return try await body() }
        try await client.subscribeToIoTCore(topicName: topic, qos: .atLeastOnce) { _ in
            try await subscribe(client, topics.dropFirst(), body)
        }
    }

    @Test(arguments: [SubscriptionOptions.GapPolicy.goOn, .end])
    func aPlainConsumerGoesOnOrEndsAtAGap(_ policy: SubscriptionOptions.GapPolicy) async throws {
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            answering()(peer, message)
            guard message.operation != nil else { return }
            peer.sendMessage(stream: message.streamID, "from \(peer.number)")
            if peer.number == 1 { peer.closeWhenFlushed() }
        }
        try await withTestNucleus(onMessage: script) { client, _ in
            var options = SubscriptionOptions()
            options.gaps = policy
            try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce, options: options) { messages in
                var iterator = messages.makeAsyncIterator()
                let first = try await iterator.next()?.text
                #expect(first == "from 1")
                var second: String?
                let error = await failure { second = try await iterator.next()?.text }
                #expect(error?.code == (policy == .end ? .connectionLost : nil))
                #expect(second == (policy == .end ? nil : "from 2"))
            }
        }
    }
}

extension SubscriptionItem<IoTCoreMessage> {
    var text: String {
        switch self {
        case .event(let event): event.text
        case .gap: "gap"
        }
    }
}
