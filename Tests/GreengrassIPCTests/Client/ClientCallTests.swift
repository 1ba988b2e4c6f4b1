// SPDX-License-Identifier: Apache-2.0

import EventReactor
import EventStream
import Testing

@testable import GreengrassIPC

@Suite(.timeLimit(.minutes(1)))
struct ClientCallTests {
    @Test func aCallIsAnswered() async throws {
        let answer = #"{"componentName":"C","value":{"number":7}}"#
        try await withTestNucleus(onMessage: answering(["GetConfiguration": answer])) { client, nucleus in
            let response = try await client.getConfiguration(keyPath: ["number"])
            #expect(response.value == ["number": 7])
            let messages = try await onLoop(client.loop) { nucleus.connections[0].received }
            #expect(messages.map(\.type) == [MessageType.connect, MessageType.application])
            #expect(messages[0].json == ["authToken": "0123456789ABCDEF"])
            #expect(messages[1].streamID == 1)
            #expect(messages[1].operation == "GetConfiguration")
            #expect(messages[1].json == ["keyPath": ["number"]])
        }
    }

    @Test func aRequestThatCannotBeWrittenUsesNoID() async throws {
        try await withTestNucleus(onMessage: answering()) { client, nucleus in
            #expect(await code { try await client.call(UnwritableOperation.self, .init()) } == .invalidRequest)
            try await client.publishToIoTCore(topicName: "t", qos: .atMostOnce)
            let ids = try await onLoop(client.loop) { nucleus.connections[0].requests.map(\.streamID) }
            #expect(ids == [1])
        }
    }

    @Test func theFrameLimitIsExactAndNothingIsSentBeyondIt() async throws {
        try await withTestNucleus(configure: { $0.frameLimit = .lite }, onMessage: answering()) { client, nucleus in
            func publish(_ count: Int) async throws {
                try await client.publishToIoTCore(topicName: String(repeating: "t", count: count), qos: .atMostOnce)
            }
            func sizes() async throws -> [Int] {
                try await onLoop(client.loop) {
                    nucleus.connections[0].requests.map { 16 + $0.headers.byteCount + $0.payload.count }
                }
            }
            try await publish(1)
            let most = 10_000 - (try await sizes()[0]) + 1
            try await publish(most)
            #expect(try await sizes() == [10_001 - most, 10_000])
            #expect(await code { try await publish(most + 1) } == .requestTooLarge)
            try await publish(1)
            let ids = try await onLoop(client.loop) { nucleus.connections[0].requests.map(\.streamID) }
            #expect(ids == [1, 2, 3])
        }
    }

    @Test func aThousandCallsFromManyTasksHaveIDsWithoutGaps() async throws {
        let echo: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            guard message.operation != nil else { return peer.accept() }
            let name = message.json?["componentName"]?.stringValue ?? ""
            let json = #"{"componentName":"\#(name)"}"#
            peer.send(flags: 2, stream: message.streamID, shape: "GetConfigurationResponse", json: json)
        }
        try await withTestNucleus(onMessage: echo) { client, nucleus in
            await withTaskGroup(of: Bool.self) { group in
                for number in 0..<1000 {
                    group.addTask(executorPreference: globalConcurrentExecutor) {
                        let response = try? await client.getConfiguration(componentName: "\(number)")
                        return response?.componentName == "\(number)"
                    }
                }
                let allRight = await group.allSatisfy { $0 }
                #expect(allRight)
            }
            let ids = try await onLoop(client.loop) { nucleus.connections[0].requests.map(\.streamID) }
            #expect(ids == Array(1...1000))
        }
    }

    @Test func answersInAnyOrderAndInOneReadReachTheirCallers() async throws {
        let inReverse: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            guard message.operation != nil else { return peer.accept() }
            guard peer.requests.count == 50 else { return }
            for request in peer.requests.reversed() {
                let name = request.json?["componentName"]?.stringValue ?? ""
                let json = #"{"componentName":"\#(name)"}"#
                peer.send(flags: 2, stream: request.streamID, shape: "GetConfigurationResponse", json: json)
            }
        }
        try await withTestNucleus(onMessage: inReverse) { client, _ in
            await withTaskGroup(of: Bool.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        let response = try? await client.getConfiguration(componentName: "\(number)")
                        return response?.componentName == "\(number)"
                    }
                }
                let allRight = await group.allSatisfy { $0 }
                #expect(allRight)
            }
        }
    }

    @Test func anAnswerMayComeInTwoPiecesCutAnywhere() async throws {
        let json = #"{"componentName":"C"}"#
        let length = ScriptedNucleus.Peer.frame(flags: 2, stream: 1, shape: "R", json: json).count
        let inPieces: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            guard message.operation != nil else { return peer.accept() }
            let frame = ScriptedNucleus.Peer.frame(flags: 2, stream: message.streamID, shape: "R", json: json)
            let cut = 1 + Int(message.streamID - 1) % (frame.count - 1)
            peer.send(Array(frame[..<cut]))
            // Two turns later the first piece has been read.
            peer.loop.afterTurns(2) { peer.send(Array(frame[cut...])) }
        }
        try await withTestNucleus(onMessage: inPieces) { client, nucleus in
            for _ in 1..<length {
                let response = try await client.getConfiguration()
                #expect(response.componentName == "C")
            }
            #expect(try await onLoop(client.loop) { nucleus.connections.count } == 1)
        }
    }

    @Test func aLargeAnswerIsRead() async throws {
        let count = 10 << 20
        let json = #"{"value":""# + String(repeating: "v", count: count) + #""}"#
        try await withTestNucleus(onMessage: answering(["GetConfiguration": json])) { client, _ in
            #expect(try await client.getConfiguration().value?.stringValue?.utf8.count == count)
            try await client.publishToIoTCore(topicName: "t", qos: .atMostOnce)
        }
    }

    @Test(arguments: ["", "null", "[]", #"{"componentName":7}"#, #"{"componentName":"C"#])
    func anAnswerThatIsNoResponseFailsItsCallOnly(_ json: String) async throws {
        try await withTestNucleus(onMessage: answering(["GetConfiguration": json])) { client, nucleus in
            let error = await failure { try await client.getConfiguration() }
            #expect(error?.code == .invalidResponse)
            #expect(error?.operation == "aws.greengrass#GetConfiguration")
            try await client.publishToIoTCore(topicName: "t", qos: .atMostOnce)
            #expect(try await onLoop(client.loop) { nucleus.connections.count } == 1)
        }
    }

    @Test func theServicesErrorIsThrown() async throws {
        let refusing: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            guard message.operation != nil else { return peer.accept() }
            let json = #"{"_message":"IPC Operation not authorized.","_errorCode":"UnauthorizedError"}"#
            peer.send(
                type: MessageType.applicationError,
                flags: 2,
                stream: message.streamID,
                shape: "UnauthorizedError",
                json: json
            )
        }
        try await withTestNucleus(onMessage: refusing) { client, nucleus in
            let error = await failure { try await client.publishToIoTCore(topicName: "t", qos: .atLeastOnce) }
            #expect(error?.code == .unauthorized)
            #expect(error?.operation == "aws.greengrass#PublishToIoTCore")
            #expect(error?.message == "IPC Operation not authorized.")
            await settle(client.loop)
            let terminated = try await onLoop(client.loop) { nucleus.connections[0].terminated }
            #expect(terminated == [])
        }
    }

    @Test func pingIsAnsweredWithItsPayloadAndHeaders() async throws {
        let pinging: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            guard message.type == MessageType.connect else { return }
            peer.accept()
            peer.send(type: MessageType.ping, stream: 0, shape: "X", json: "beat")
        }
        try await withTestNucleus(onMessage: pinging) { client, nucleus in
            let answered = await nucleus.sees { $0.connections.first?.received.count == 2 }
            #expect(answered)
            let pong = try await onLoop(client.loop) { nucleus.connections[0].received[1] }
            #expect(pong.type == MessageType.pingResponse)
            #expect(pong.streamID == 0)
            #expect(Array(pong.payload) == Array("beat".utf8))
            #expect(pong.modelType == "aws.greengrass#X")
            #expect(pong.contentType == nil)
        }
    }
}
