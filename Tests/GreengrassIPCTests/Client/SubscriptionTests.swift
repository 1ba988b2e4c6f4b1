// SPDX-License-Identifier: Apache-2.0

import EventReactor
import EventStream
import Testing

@testable import GreengrassIPC

/// Answers, and sends messages as soon as a stream is there.
private func sending(_ texts: String...) -> @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void {
    { peer, message in
        answering()(peer, message)
        guard message.operation == "SubscribeToIoTCore" else { return }
        for text in texts { peer.sendMessage(stream: message.streamID, text) }
    }
}

private struct BodyError: Error {}

@Suite(.timeLimit(.minutes(1)))
struct SubscriptionTests {
    @Test func eventsComeInOrderAndLeavingEndsTheStream() async throws {
        try await withTestNucleus(onMessage: sending("1", "2", "3")) { client, nucleus in
            var texts: [String] = []
            try await client.subscribeToIoTCore(topicName: "a/+", qos: .atLeastOnce) { messages in
                for try await message in messages {
                    texts.append(message.text)
                    if texts.count == 3 { break }
                }
            }
            #expect(texts == ["1", "2", "3"])
            #expect(await nucleus.sees { $0.connections[0].terminated == [1] })
            _ = try await client.getConfiguration()
            let received = try await onLoop(client.loop) { nucleus.connections[0].received }
            #expect(received[1].json == ["topicName": "a/+", "qos": "1"])
            let terminate = received[2]
            #expect(terminate.payload.isEmpty)
            #expect(terminate.headers.count == 3)
            #expect(received.filter(\.terminatesStream).count == 1)
        }
    }

    @Test func whatCannotBeReadIsSurvived() async throws {
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            guard message.operation != nil else { return peer.accept() }
            let id = message.streamID
            peer.sendMessage(stream: id, "before the response")
            peer.send(stream: id, shape: "BrandNewEvents", json: #"{"x":{}}"#)
            peer.establish(stream: id)
            peer.send(stream: id, shape: "IoTCoreMessage", json: "{}")
            peer.send(stream: id, shape: "IoTCoreMessage", json: #"{"brandNew":{"a":1}}"#)
            for json in ["", "null", "[", #"{"message":{}}"#] {
                peer.send(stream: id, shape: "IoTCoreMessage", json: json)
            }
            peer.send(stream: id, shape: "BrandNewEvents", json: #"{"x":{}}"#)
            peer.send(stream: id)
            peer.send(stream: id + 1, shape: "IoTCoreMessage", json: "{}")
            peer.send(
                stream: id,
                shape: "IoTCoreMessage",
                json: #"{"message":{"topicName":"t","payload":"aA\u003d\u003d"}}"#
            )
        }
        try await withTestNucleus(onMessage: script) { client, nucleus in
            try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce) { messages in
                var iterator = messages.makeAsyncIterator()
                var texts: [String?] = []
                for _ in 0..<4 { texts.append(try await iterator.next()?.text) }
                #expect(texts == ["before the response", "unknown()", "unknown(brandNew)", "h"])
            }
            #expect(try await onLoop(client.loop) { nucleus.connections.count } == 1)
        }
    }

    @Test func aRefusalIsThrown() async throws {
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            guard message.operation != nil else { return peer.accept() }
            let id = message.streamID
            peer.send(type: MessageType.applicationError, flags: 2, stream: id, shape: "UnauthorizedError", json: "{}")
        }
        try await withTestNucleus(onMessage: script) { client, nucleus in
            let error = await failure {
                try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce) { _ in
                    Issue.record("the body must not run")
                }
            }
            #expect(error?.code == .unauthorized)
            await settle(client.loop)
            let peer = try await onLoop(client.loop) { nucleus.connections[0] }
            #expect(peer.requests.count == 1)
            #expect(peer.terminated == [])
        }
    }

    @Test func aSlowConsumerEndsItsOwnSubscriptionOnly() async throws {
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            answering()(peer, message)
            // The second one fills the buffer of the first.
            guard message.operation == "SubscribeToIoTCore", message.streamID == 2 else { return }
            for number in 0..<5 { peer.sendMessage(stream: 1, "\(number)") }
            peer.sendMessage(stream: 2, "other")
        }
        try await withTestNucleus(onMessage: script) { client, nucleus in
            var options = SubscriptionOptions()
            options.bufferLimit = 4
            try await client.subscribeToIoTCore(topicName: "slow", qos: .atLeastOnce, options: options) { slow in
                try await client.subscribeToIoTCore(topicName: "quick", qos: .atLeastOnce) { quick in
                    var iterator = quick.makeAsyncIterator()
                    #expect(try await iterator.next()?.text == "other")
                    #expect(await nucleus.sees { $0.connections[0].terminated == [1] })
                    var texts: [String] = []
                    let error = await failure { for try await message in slow { texts.append(message.text) } }
                    #expect(texts == ["0", "1", "2", "3"])
                    #expect(error?.code == .slowConsumer)
                    #expect(error?.operation == "aws.greengrass#SubscribeToIoTCore")
                    try await onLoop(client.loop) { nucleus.connections[0].sendMessage(stream: 2, "still there") }
                    #expect(try await iterator.next()?.text == "still there")
                }
            }
            #expect(await nucleus.sees { $0.connections[0].terminated == [1, 2] })
        }
    }

    @Test func aConsumerMayRunOnAnotherExecutor() async throws {
        let echo: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            answering()(peer, message)
            guard message.operation == "PublishToIoTCore" else { return }
            // The consumer finds one half of the events there and waits for the other.
            let id = message.streamID
            peer.loop.afterTurns(1 + Int(id % 2) * 4) { peer.sendMessage(stream: 1, "\(id)") }
        }
        try await withTestNucleus(onMessage: echo) { client, _ in
            try await withTaskExecutorPreference(globalConcurrentExecutor) {
                var options = SubscriptionOptions()
                // On a slow machine a renewal would come between, and take a stream's number.
                options.renewal = .never
                try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce, options: options) { messages in
                    var iterator = messages.makeAsyncIterator()
                    for number in 0..<500 {
                        try await client.publishToIoTCore(topicName: "t", qos: .atLeastOnce)
                        #expect(try await iterator.next()?.text == "\(number + 2)")
                    }
                }
            }
        }
    }

    @Test func aConsumerMayMakeCalls() async throws {
        try await withTestNucleus(onMessage: sending("1", "2", "3")) { client, nucleus in
            var count = 0
            try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce) { messages in
                for try await _ in messages {
                    try await client.publishToIoTCore(topicName: "t", qos: .atLeastOnce)
                    count += 1
                    if count == 3 { break }
                }
            }
            // Not the subscribes: on a slow machine a renewal has come between.
            let calls = try await onLoop(client.loop) {
                nucleus.connections[0].requests.count { $0.operation == "PublishToIoTCore" }
            }
            #expect(calls == 3)
        }
    }

    @Test func cancellingWhileItOpensEndsTheStream() async throws {
        let silent: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            if message.operation != "SubscribeToIoTCore" { answering()(peer, message) }
        }
        try await withTestNucleus(onMessage: silent) { client, nucleus in
            let task = Task {
                try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce) { _ in }
            }
            #expect(await nucleus.sees { $0.connections.first?.requests.count == 1 })
            task.cancel()
            #expect(await code { try await task.value } == .cancelled)
            #expect(await nucleus.sees { $0.connections[0].terminated == [1] })
            // A response that was under way is nobody's.
            try await onLoop(client.loop) { nucleus.connections[0].establish(stream: 1) }
            _ = try await client.getConfiguration()
        }
    }

    @Test func cancellingWhileItWaitsForAConnectionMakesNone() async throws {
        try await withTestNucleus(listens: false, onMessage: answering()) { client, nucleus in
            let task = Task(executorPreference: client.loop) {
                try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce) { _ in }
            }
            await settle(client.loop)
            task.cancel()
            #expect(await code { try await task.value } == .cancelled)
            try await onLoop(client.loop) { try nucleus.listen() }
            _ = try await client.getConfiguration()
            let operations = try await onLoop(client.loop) { nucleus.connections[0].requests.map(\.operation) }
            #expect(operations == ["GetConfiguration"])
        }
    }

    @Test func aResponseThatDoesNotComeInTimeIsATimeout() async throws {
        let silent: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            if message.operation != "SubscribeToIoTCore" { answering()(peer, message) }
        }
        try await withTestNucleus(onMessage: silent) { client, nucleus in
            var options = SubscriptionOptions()
            options.responseTimeout = .milliseconds(20)
            let error = await failure {
                try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce, options: options) { _ in }
            }
            #expect(error?.code == .timeout)
            #expect(await nucleus.sees { $0.connections[0].terminated == [1] })
            _ = try await client.getConfiguration()
        }
    }

    @Test func whatTheBodyThrowsIsThrownAndTheStreamEnds() async throws {
        try await withTestNucleus(onMessage: answering()) { client, nucleus in
            await #expect(throws: BodyError.self) {
                try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce) { _ in throw BodyError() }
            }
            #expect(await nucleus.sees { $0.connections[0].terminated == [1] })
        }
    }

    @Test func cancellationEndsTheWaitForAnEvent() async throws {
        try await withTestNucleus(onMessage: sending("1")) { client, nucleus in
            var options = SubscriptionOptions()
            // On a slow machine a renewal would come between, with a stream of its own.
            options.renewal = .never
            let task = Task { [options] in
                try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce, options: options) { messages in
                    var iterator = messages.makeAsyncIterator()
                    _ = try await iterator.next()
                    try await client.publishToIoTCore(topicName: "waits now", qos: .atLeastOnce)
                    _ = try await iterator.next()
                }
            }
            #expect(await nucleus.sees { $0.connections.first?.requests.count == 2 })
            await settle(client.loop)
            task.cancel()
            #expect(await code { try await task.value } == .cancelled)
            #expect(await nucleus.sees { !$0.connections[0].terminated.isEmpty })
            let terminated = try await onLoop(client.loop) { nucleus.connections[0].terminated }
            #expect(terminated == [1])
        }
    }

    @Test func aStreamThatTheNucleusEndsIsMadeAgain() async throws {
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            answering()(peer, message)
            guard message.operation == "SubscribeToIoTCore" else { return }
            let id = message.streamID
            peer.sendMessage(stream: id, "\(id)")
            switch id {
            case 1: peer.send(flags: 2, stream: id)
            case 2:
                peer.send(type: MessageType.applicationError, flags: 2, stream: id, shape: "ServiceError", json: "{}")
            case 3: peer.sendMessage(stream: id, "last", flags: 2)
            default: break
            }
        }
        try await withTestNucleus(onMessage: script) { client, nucleus in
            var options = SubscriptionOptions()
            options.retry = Backoff(initial: .milliseconds(1), maximum: .milliseconds(1))
            try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce, options: options) { messages in
                var items = messages.withGaps.makeAsyncIterator()
                var texts: [String?] = []
                for _ in 0..<8 { texts.append(try await items.next()?.text) }
                #expect(texts == ["1", "gap", "2", "gap", "3", "last", "gap", "4"])
            }
            // Only the one that was still there is ended from this side.
            #expect(await nucleus.sees { $0.connections[0].terminated == [4] })
        }
    }

    /// Its wait ends while there is no connection.
    @Test func aStreamThatTheNucleusEndsBeforeTheConnectionIsMadeAgain() async throws {
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            answering()(peer, message)
            guard message.operation == "SubscribeToIoTCore" else { return }
            peer.sendMessage(stream: message.streamID, "from \(peer.number)")
            guard peer.number == 1 else { return }
            peer.send(flags: 2, stream: message.streamID)
            peer.closeWhenFlushed()
        }
        try await withTestNucleus(
            configure: { $0.backoff = Backoff(initial: .milliseconds(40), maximum: .milliseconds(40)) },
            onMessage: script
        ) { client, _ in
            var options = SubscriptionOptions()
            options.retry = Backoff(initial: .milliseconds(1), maximum: .milliseconds(1))
            try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce, options: options) { messages in
                var iterator = messages.makeAsyncIterator()
                let texts = [try await iterator.next()?.text, try await iterator.next()?.text]
                #expect(texts == ["from 1", "from 2"])
            }
        }
    }

    @Test func aRenewalOpensTheNewStreamBeforeItEndsTheOld() async throws {
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            guard message.operation == "SubscribeToIoTCore" else { return answering()(peer, message) }
            if message.streamID == 2 { #expect(peer.terminated == []) }
            peer.establish(stream: message.streamID)
            peer.sendMessage(stream: message.streamID, "\(message.streamID)")
        }
        try await withTestNucleus(onMessage: script) { client, nucleus in
            var options = SubscriptionOptions()
            options.renewal = .init(after: [.milliseconds(5), .milliseconds(20)])
            try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce, options: options) { messages in
                var items = messages.withGaps.makeAsyncIterator()
                var texts: [String?] = []
                for _ in 0..<3 { texts.append(try await items.next()?.text) }
                #expect(texts == ["1", "2", "3"])
                #expect(await nucleus.sees { $0.connections[0].terminated == [1, 2] })
            }
            #expect(await nucleus.sees { $0.connections[0].terminated == [1, 2, 3] })
        }
    }
}
