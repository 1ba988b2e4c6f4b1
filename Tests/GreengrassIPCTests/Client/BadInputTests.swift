// SPDX-License-Identifier: Apache-2.0

import EventReactor
import EventStream
import Testing

@testable import GreengrassIPC

/// Answers that are not what the model says: their call fails, and everything else on the connection lives on.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct BadInputTests {
    private static let calls: [any GreengrassIPCOperation.Type] = [
        AuthorizeClientDeviceAction.self, CancelLocalDeployment.self, CreateDebugPassword.self,
        CreateLocalDeployment.self, DeferComponentUpdate.self, DeleteThingShadow.self, GetClientDeviceAuthToken.self,
        GetComponentDetails.self, GetConfiguration.self, GetLocalDeploymentStatus.self, GetSecretValue.self,
        GetThingShadow.self, ListComponents.self, ListLocalDeployments.self, ListNamedShadowsForThing.self,
        PauseComponent.self, PublishToIoTCore.self, PublishToTopic.self, PutComponentMetric.self,
        RestartComponent.self, ResumeComponent.self, SendConfigurationValidityReport.self, StopComponent.self,
        UpdateConfiguration.self, UpdateState.self, UpdateThingShadow.self, ValidateAuthorizationToken.self,
        VerifyClientDeviceIdentity.self,
    ]
    private static let subscriptions: [any GreengrassIPCStreamingOperation.Type] = [
        SubscribeToCertificateUpdates.self, SubscribeToComponentUpdates.self, SubscribeToConfigurationUpdate.self,
        SubscribeToIoTCore.self, SubscribeToIoTCoreConnectionStatus.self, SubscribeToTopic.self,
        SubscribeToValidateConfigurationUpdates.self,
    ]

    /// No response of any operation.
    private static let texts = [
        "", "null", "[]", "7", #""secret-text""#, "{", #"{"x":}"#, #"{"x":1"#, "{} {}", "\u{0}", "InternalServerError",
    ]

    /// Answers each request of an operation with the next of these payloads, and all others as they should be.
    private static func answering(
        _ operation: String,
        with payloads: [String]
    ) -> @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void {
        let next = Lock(0)
        return { peer, message in
            guard message.operation == operation else { return GreengrassIPCTests.answering()(peer, message) }
            let index = next.withLock { index in
                defer { index += 1 }
                return index
            }
            let json = payloads[index % payloads.count]
            peer.send(flags: 2, stream: message.streamID, shape: operation + "Response", json: json)
        }
    }

    private static func request<Request>(of shape: String, as type: Request.Type) throws -> Request {
        let name = String(shape.split(separator: "#").last ?? "")
        let sample = try #require(SamplePayloadTests.samples(of: "both").first { $0.shape == name })
        let readable = try #require(Request.self as? any JSONReadable.Type)
        return try #require(try readable.init(jsonText: sample.text) as? Request)
    }

    private static func call<Operation: GreengrassIPCOperation>(
        _ operation: Operation.Type,
        on client: GreengrassIPCClient
    ) async throws -> GreengrassIPCError? {
        let request = try request(of: Operation.descriptor.requestShape, as: Operation.Request.self)
        return await failure { try await client.call(operation, request) }
    }

    @Test(arguments: calls.indices)
    func aResponseThatIsNoneFailsItsCallOnly(_ index: Int) async throws {
        let operation = Self.calls[index]
        let name = operation.descriptor.name
        let short = String(name.split(separator: "#").last ?? "")
        let script = Self.answering(short, with: Self.texts)
        try await withTestNucleus(onMessage: script) { client, nucleus in
            try await client.subscribeToTopic(topic: "t") { messages in
                for text in Self.texts {
                    let error = try await Self.call(operation, on: client)
                    #expect(error?.code == .invalidResponse, "\(text)")
                    #expect(error?.operation == name)
                    #expect(error?.description.contains("secret-text") == false)
                }
                try await onLoop(client.loop) {
                    let json = #"{"binaryMessage":{"message":"aGk="}}"#
                    nucleus.connections[0].send(stream: 1, shape: "SubscriptionResponseMessage", json: json)
                }
                var iterator = messages.makeAsyncIterator()
                #expect(try await iterator.next()?.text == "hi")
            }
            #expect(try await onLoop(client.loop) { nucleus.connections.count } == 1)
        }
    }

    private static func json(_ event: some Sendable) throws -> JSONValue {
        let writable = try #require(event as? any JSONWritable)
        return try JSONValue(jsonText: writable.jsonText())
    }

    private static func eventsSurvive<Operation: GreengrassIPCStreamingOperation>(_ operation: Operation.Type)
        async throws
    {
        let name = String(Operation.descriptor.name.split(separator: "#").last ?? "")
        let events = String(Operation.descriptor.eventShape?.split(separator: "#").last ?? "")
        let sample = try #require(SamplePayloadTests.samples(of: "both").first { $0.shape == events })
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            guard message.operation == name else { return GreengrassIPCTests.answering()(peer, message) }
            let id = message.streamID
            peer.send(stream: id, shape: name + "Response", json: "not looked at")
            for text in texts { peer.send(stream: id, shape: events, json: text) }
            // Another union, a member's name, a shape without namespace's name, none.
            for shape in ["SubscriptionResponseMessages", "preUpdateEvent", "", nil] {
                peer.send(stream: id, shape: shape, json: sample.text)
            }
            peer.send(stream: id, shape: events, json: sample.text)
        }
        try await withTestNucleus(onMessage: script) { client, nucleus in
            let request = try request(of: Operation.descriptor.requestShape, as: Operation.Request.self)
            try await client.subscribe(operation, request) { messages in
                var iterator = messages.makeAsyncIterator()
                let event = try await iterator.next()
                let expected = try Operation.Event(jsonText: sample.text)
                #expect(try event.map(Self.json) == Self.json(expected))
                _ = try await client.getConfiguration()
            }
            #expect(try await onLoop(client.loop) { nucleus.connections.count } == 1)
            let figures = client.metrics.subscriptions[Operation.descriptor.name]
            #expect(figures?.events == texts.count + 1 && (figures?.unreadableEvents ?? 0) >= texts.count)
        }
    }

    @Test(arguments: subscriptions.indices)
    func eventsThatAreNoneAreLeftOut(_ index: Int) async throws {
        try await Self.eventsSurvive(Self.subscriptions[index])
    }

    @Test(arguments: ErrorPayloadTests.cases.indices)
    func anErrorFrameOfAnyShapeFailsItsStreamOnly(_ index: Int) async throws {
        let (shape, contentType, payload, code, text) = ErrorPayloadTests.cases[index]
        let strike: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            let name = message.operation
            guard name == "UpdateState" || name == "SubscribeToTopic" else {
                return GreengrassIPCTests.answering()(peer, message)
            }
            var headers = [
                Header(name: ":message-type", value: .int32(MessageType.applicationError)),
                Header(name: ":message-flags", value: .int32(2)),
                Header(name: ":stream-id", value: .int32(message.streamID)),
            ]
            if let shape { headers.append(Header(name: "service-model-type", value: .string(shape))) }
            if let contentType { headers.append(Header(name: ":content-type", value: .string(contentType))) }
            let frame = try? Message(headers: headers, payload: Array(payload.utf8))
            peer.send(frame?.encoded() ?? [])
        }
        try await withTestNucleus(onMessage: strike) { client, nucleus in
            try await client.subscribeToIoTCore(topicName: "t", qos: .atLeastOnce) { messages in
                let called = await failure { try await client.updateState(state: .running) }
                let subscribed = await failure { try await client.subscribeToTopic(topic: "t") { _ in } }
                for error in [called, subscribed] {
                    #expect(error?.code == code)
                    #expect(error?.message.contains(text) == true)
                }
                try await onLoop(client.loop) { nucleus.connections[0].sendMessage(stream: 1, "alive") }
                var iterator = messages.makeAsyncIterator()
                #expect(try await iterator.next()?.text == "alive")
                _ = try await client.getConfiguration()
            }
            #expect(try await onLoop(client.loop) { nucleus.connections.count } == 1)
        }
    }

    /// Without the flag that ends the stream; twice; to streams that are not there; as a reply of type 0.
    @Test func errorFramesOutOfPlaceAreSurvived() async throws {
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            guard message.operation == "UpdateState" else { return GreengrassIPCTests.answering()(peer, message) }
            let id = message.streamID
            for stream in [id + 7, -1, .max, .min] {
                peer.send(type: MessageType.applicationError, flags: 2, stream: stream, shape: "ServiceError")
            }
            peer.send(type: MessageType.applicationError, flags: 0, stream: id, shape: "ServiceError", json: "{}")
            peer.send(type: MessageType.applicationError, flags: 2, stream: id, shape: "ServiceError", json: "{}")
            peer.send(flags: 2, stream: id, shape: "UpdateStateResponse", json: "{}")
        }
        try await withTestNucleus(onMessage: script) { client, nucleus in
            for _ in 0..<3 {
                #expect(await code { try await client.updateState(state: .running) } == .serviceError)
                _ = try await client.getConfiguration()
            }
            #expect(try await onLoop(client.loop) { nucleus.connections.count } == 1)
        }
    }

    private static let tenMegabytes = String(repeating: "0123456789abcdef", count: 10 << 16)

    @Test func aDocumentOfTenMegabytesInAnErrorAndInAnEventIsSurvived() async throws {
        let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            GreengrassIPCTests.answering()(peer, message)
            let id = message.streamID
            let json = #"{"message":"\#(Self.tenMegabytes)","more":["\#(Self.tenMegabytes)"]}"#
            switch message.operation {
            case "SubscribeToTopic":
                peer.send(stream: id, shape: "SubscriptionResponseMessage", json: #"{"new":\#(json)}"#)
                let document = #"{"jsonMessage":{"message":{"text":"\#(Self.tenMegabytes)"}}}"#
                peer.send(stream: id, shape: "SubscriptionResponseMessage", json: document)
            default: break
            }
        }
        let failing: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
            guard message.operation == "UpdateState" else { return script(peer, message) }
            let json = #"{"message":"\#(Self.tenMegabytes)"}"#
            let id = message.streamID
            peer.send(type: MessageType.applicationError, flags: 2, stream: id, shape: "ServiceError", json: json)
        }
        try await withTestNucleus(onMessage: failing) { client, nucleus in
            try await client.subscribeToTopic(topic: "t") { messages in
                var iterator = messages.makeAsyncIterator()
                let unknown = try await iterator.next()
                #expect(unknown == .unknown("new"))
                let document = try await iterator.next()?.json
                #expect(document?["text"]?.stringValue?.utf8.count == Self.tenMegabytes.utf8.count)
                let error = await failure { try await client.updateState(state: .running) }
                #expect(error?.code == .serviceError)
                #expect((error?.description.utf8.count ?? .max) < 1000)
            }
            #expect(try await onLoop(client.loop) { nucleus.connections.count } == 1)
        }
    }
}
