// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

extension NucleusMachine {
    static let pubSub = "aws.greengrass.ipc.pubsub"
    static let subscriptionResponseMessage = modelNamespace + "SubscriptionResponseMessage"

    mutating func subscribeToTopic(_ call: ServiceCall, _ request: Request, from connection: ConnectionID) {
        guard let topic = request.text("topic"), let mode = request.text("receiveMode") else {
            return answer(call, with: request.wrongType, on: connection)
        }
        guard let filter = topic.value else {
            let reply: Reply =
                dialect == .classic
                ? .failure(.invalidArguments, ClassicText.subscribeTopicRequired) : request.wrongType
            return answer(call, with: reply, on: connection)
        }
        if let refusal = localRefusal(call, request, topic: filter) {
            return answer(call, with: refusal, on: connection)
        }
        localBroker.subscribe(
            .init(
                stream: StreamKey(connection: connection, stream: call.stream),
                component: request.component,
                filter: filter,
                mode: mode.value.flatMap(ReceiveMode.init(rawValue:))
            )
        )
        answer(call, with: .success(call.operation, keepsStreamOpen: true), on: connection)
    }

    mutating func publishToTopic(_ call: ServiceCall, _ request: Request, from connection: ConnectionID) {
        switch localMessage(call, request) {
        case .failure(let refusal): answer(call, with: refusal.reply, on: connection)
        case .success(let message):
            answer(call, with: .success(call.operation), on: connection)
            localPublicationLog.append(
                RecordedLocalPublication(component: request.component, topic: message.topic, content: message.content),
                bytes: 4 * call.payload.count
            )
            deliverLocally(message, from: request.component)
            shadowTopicPublished(message)
        }
    }

    /// A local message goes to whoever listens. `publisher` is the component that does not hear itself, if it is one.
    mutating func deliverLocally(_ message: LocalMessage, from publisher: String?) {
        if case .json(let value) = message.content, !LiteBus.carries(value) {
            note(
                Finding(
                    .messageTooComplex,
                    on: .lite,
                    "every subscription to the topic hears nothing for ever",
                    component: publisher,
                    operation: modelNamespace + Operation.publishToTopic.rawValue,
                    detail: "topic \(message.topic)"
                )
            )
            if dialect == .lite { return localBroker.cut(topic: message.topic) }
        }
        let streams = localBroker.streams(for: message.topic, from: publisher)
        guard !streams.isEmpty else { return }
        let json = message.event(dialect)
        for stream in streams { sendEvent(Self.subscriptionResponseMessage, json: json, on: stream) }
    }

    private struct Refusal: Error {
        var reply: Reply
    }

    /// The classic nucleus looks at topic, policy and message in this order; lite at the policy last.
    private func localMessage(_ call: ServiceCall, _ request: Request) -> Result<LocalMessage, Refusal> {
        guard let topicMember = request.text("topic") else { return .failure(Refusal(reply: request.wrongType)) }
        guard let topic = topicMember.value else {
            let reply: Reply =
                dialect == .classic ? .failure(.invalidArguments, ClassicText.publishTopicRequired) : request.wrongType
            return .failure(Refusal(reply: reply))
        }
        if dialect == .classic, TopicFilter.hasWildcard(topic) || topic.utf8.contains(UInt8(ascii: "*")) {
            return .failure(Refusal(reply: .failure(.invalidArguments, ClassicText.publishTopicWildcard)))
        }
        let refusal = localRefusal(call, request, topic: topic)
        if dialect == .classic, let refusal { return .failure(Refusal(reply: refusal)) }
        let content: LocalMessage.Content
        switch localContent(request.members["publishMessage"]) {
        case .failure(let refusal): return .failure(refusal)
        case .success(let valid): content = valid
        }
        if let refusal { return .failure(Refusal(reply: refusal)) }
        return .success(LocalMessage(topic: topic, content: content))
    }

    private func localContent(_ member: JSONValue?) -> Result<LocalMessage.Content, Refusal> {
        let invalid = Refusal(
            reply: .failure(.service, dialect == .classic ? nil : LiteText.invalidParameters)
        )
        guard case .object(let union)? = member else {
            guard dialect == .classic else { return .failure(invalid) }
            let text = ClassicText.nullMember(
                .publishToTopic,
                "getPublishMessage",
                "PublishMessage.selfDesignateSetUnionMember"
            )
            return .failure(Refusal(reply: .failure(.service, text)))
        }
        let variants = ["jsonMessage", "binaryMessage"].filter { union[$0].map { !$0.isNull } ?? false }
        guard let variant = variants.first else {
            return dialect == .classic ? .success(.nothing) : .failure(invalid)
        }
        guard variants.count == 1, let message = union[variant]?["message"], dialect == .lite || !message.isNull else {
            return .failure(invalid)
        }
        if variant == "jsonMessage" { return .success(.json(message)) }
        let text = dialect == .classic ? MemberKind.spelling(of: message) : message.stringValue
        guard let text, let bytes = dialect.blob(text) else { return .failure(invalid) }
        return .success(.binary(bytes))
    }

    private func localRefusal(_ call: ServiceCall, _ request: Request, topic: String) -> Reply? {
        if dialect == .classic, topic.isEmpty { return .failure(.unauthorized, ClassicText.emptyResource) }
        guard !access(of: request.component).allows(Self.pubSub, call.operation, on: topic) else { return nil }
        return unauthorized(request.component, Self.pubSub, call.operation, on: topic)
    }

    /// The refusal of a service that names what was refused, as most do.
    func unauthorized(_ component: String, _ service: String, _ operation: String, on resource: String) -> Reply {
        let text = ClassicText.notAuthorized(component, service, operation, resource)
        return .failure(.unauthorized, dialect == .classic ? text : LiteText.unauthorized)
    }
}
