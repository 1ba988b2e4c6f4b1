// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

extension NucleusMachine {
    static let mqttProxy = "aws.greengrass.ipc.mqttproxy"
    static let ioTCoreMessage = modelNamespace + "IoTCoreMessage"

    /// What a classic nucleus spools while MQTT is not connected, unless it is configured otherwise.
    private static let spoolBytes = 2_621_440

    /// A topic or filter that the component may use, and the quality of service; or why not.
    private enum Admission {
        case admitted(topic: String, qos: Int)
        case refused(Reply)
    }

    /// Answers, or leaves the call unanswered until MQTT connects.
    mutating func subscribeToIoTCore(_ call: ServiceCall, _ request: Request, from connection: ConnectionID) {
        let filter: String
        switch admission(call, request) {
        case .refused(let reply): return answer(call, with: reply, on: connection)
        case .admitted(let topic, _): filter = topic
        }
        if let objection = TopicRules.subscribeObjection(to: filter, on: dialect) {
            return answer(call, with: .failure(.service, objection), on: connection)
        }
        if broker.isBeforeUnsuback(filter, now: now) {
            note(
                Finding(
                    .subscribeBeforeUnsuback,
                    on: .classic,
                    "the stream is answered and hears nothing for ever",
                    component: request.component,
                    operation: call.operation,
                    detail: "filter \(filter)"
                )
            )
        }
        let stream = StreamKey(connection: connection, stream: call.stream)
        let outcome = broker.subscribe(stream, component: request.component, filter: filter, now: now)
        switch outcome {
        case .refused(let text): answer(call, with: .failure(.service, text), on: connection)
        case .pending:
            // Without the request, which shares the memory of everything that came with it.
            pendingCalls[stream] = ServiceCall(stream: call.stream, operation: call.operation, payload: [])
        case .deaf: answer(call, with: .success(call.operation, keepsStreamOpen: true), on: connection)
        case .subscribed(let retained):
            answer(call, with: .success(call.operation, keepsStreamOpen: true), on: connection)
            for fanout in retained { send(fanout) }
        }
    }

    mutating func publishToIoTCore(_ call: ServiceCall, _ request: Request, from connection: ConnectionID) {
        guard let encoded = request.text("payload"), let payload = dialect.blob(encoded.value ?? "") else {
            return answer(call, with: request.wrongType, on: connection)
        }
        switch admission(call, request, needsPayload: true) {
        case .refused(let reply): answer(call, with: reply, on: connection)
        case .admitted(let topic, let qos):
            if let objection = TopicRules.publishObjection(to: topic, payloadBytes: payload.count, on: dialect) {
                return answer(call, with: .failure(.service, objection), on: connection)
            }
            var message = BrokerMessage(topic: topic, payload: payload, qos: qos)
            if dialect == .classic {
                message.retain = request.members["retain"]?.boolValue ?? false
                message.properties = properties(of: request)
            }
            accept(message, from: request.component, call, on: connection)
        }
    }

    private mutating func accept(
        _ message: BrokerMessage,
        from component: String,
        _ call: ServiceCall,
        on connection: ConnectionID
    ) {
        if broker.state != .connected {
            guard dialect == .classic else {
                return answer(call, with: .failure(.service, LiteText.publishFailed), on: connection)
            }
            guard message.qos > 0 else {
                let text = ClassicText.publishOffline(message.topic)
                return answer(call, with: .failure(.service, text), on: connection)
            }
            guard spoolByteCount + message.payload.count <= Self.spoolBytes else {
                let text = ClassicText.spoolFull(message.topic)
                return answer(call, with: .failure(.service, text), on: connection)
            }
            spoolByteCount += message.payload.count
            spool.append((message, component))
            return answer(call, with: .success(call.operation), on: connection)
        }
        answer(call, with: .success(call.operation), on: connection)
        deliver(message, from: component)
    }

    /// The classic nucleus looks at topic, policy, payload and quality of service in this order; lite at all the
    /// parameters before the policy.
    private func admission(_ call: ServiceCall, _ request: Request, needsPayload: Bool = false) -> Admission {
        guard let topicName = request.text("topicName") else { return .refused(request.wrongType) }
        guard let topic = topicName.value else {
            return .refused(
                dialect == .classic
                    ? .failure(.invalidArguments, ClassicText.topicRequired)
                    : .failure(.service, LiteText.invalidParameters)
            )
        }
        let isAllowed = access(of: request.component).allows(Self.mqttProxy, call.operation, on: topic)
        switch dialect {
        case .classic:
            guard isAllowed else { return .refused(.failure(.unauthorized, ClassicText.unauthorized)) }
            if needsPayload, request.members["payload"]?.isNull ?? true {
                return .refused(.failure(.invalidArguments, ClassicText.payloadRequired))
            }
            guard let text = request.text("qos")?.value else {
                return .refused(.failure(.invalidArguments, ClassicText.qosRequired))
            }
            guard text == "0" || text == "1" else {
                return .refused(.failure(.invalidArguments, ClassicText.invalidQoS(text)))
            }
            return .admitted(topic: topic, qos: text == "0" ? 0 : 1)
        case .lite:
            guard let qos = liteQoS(request.members["qos"]) else {
                return .refused(.failure(.service, LiteText.qosInvalid))
            }
            guard isAllowed else { return .refused(.failure(.unauthorized, LiteText.unauthorized)) }
            return .admitted(topic: topic, qos: qos)
        }
    }

    private func liteQoS(_ member: JSONValue?) -> Int? {
        guard let member else { return 0 }
        let number: Int? =
            switch member {
            case .string(let text): Int(text)
            case .integer(let integer): Int(exactly: integer)
            default: nil
            }
        guard let number, (0...2).contains(number) else { return nil }
        return number
    }

    private static let propertyNames = [
        "userProperties", "messageExpiryIntervalSeconds", "correlationData", "responseTopic", "payloadFormat",
    ]

    private func properties(of request: Request) -> [String: JSONValue] {
        // Most have none: topic, payload and quality of service are all that a request need have.
        guard request.members.count > 3 else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: Self.propertyNames.compactMap { name in request.members[name].map { (name, $0) } }
        )
    }

    /// A message of a component has reached the broker.
    mutating func deliver(_ message: BrokerMessage, from component: String?) {
        if let component {
            publicationLog.append(
                RecordedPublication(
                    component: component,
                    topic: message.topic,
                    payload: message.payload,
                    qos: message.qos,
                    retain: message.retain
                ),
                bytes: message.topic.utf8.count + message.payload.count
            )
        }
        send(broker.publish(message, now: now))
    }

    mutating func send(_ fanout: Broker.Fanout) {
        guard !fanout.streams.isEmpty else { return }
        let json = fanout.message.json(dialect)
        for stream in fanout.streams { sendEvent(Self.ioTCoreMessage, json: json, on: stream) }
    }

    /// Changes how the nucleus stands with the broker; what waited for a connection goes on.
    ///
    /// A broker that keeps the session still knows the filters. One that does not is told of them after it was sent
    /// what had waited, which so reaches nobody here.
    mutating func setBrokerState(_ state: BrokerState, keepsSession: Bool = true) {
        let wasConnected = broker.state == .connected
        if state == .connected, !keepsSession { deliverSpool() }
        let connected = broker.setState(state, now: now)
        if wasConnected != (state == .connected) { tellConnectionStatus(connectionStatusStreams) }
        for stream in connected.answered {
            guard let call = pendingCalls.removeValue(forKey: stream) else { continue }
            answer(call, with: .success(call.operation, keepsStreamOpen: true), on: stream.connection)
        }
        for fanout in connected.retained { send(fanout) }
        if state == .connected { deliverSpool() }
    }

    private mutating func deliverSpool() {
        let waiting = spool
        spool = []
        spoolByteCount = 0
        for (message, component) in waiting { deliver(message, from: component) }
    }
}
