// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

// The operations of the shadow manager.
extension NucleusMachine {
    static let shadowManager = "aws.greengrass.ShadowManager"

    /// Answers a request about one shadow, then tells its topics.
    mutating func serveShadow(
        _ verb: ShadowVerb,
        _ call: ServiceCall,
        _ request: Request,
        from connection: ConnectionID
    ) {
        guard let thing = request.text("thingName"), let shadow = request.text("shadowName"),
            let encoded = request.text("payload"), let payload = Self.blob(encoded.value)
        else { return answer(call, with: request.wrongType, on: connection) }
        let name = ShadowName(thing: thing.value ?? "", shadow: shadow.value)
        let caller = Caller(component: request.component, operation: call.operation)
        let result = shadowResult(verb, name, payload, caller)
        // The real one publishes an absent name as Java spells it.
        let topic = ShadowName(thing: thing.value ?? "null", shadow: shadow.value).resource
        switch result {
        case .success(let outcome):
            var json = JSONWriter(escaping: dialect.escaping)
            json.beginObject()
            json.member("payload", blob: outcome.payload)
            json.endObject()
            answer(call, with: .success(call.operation, json: json.bytes), on: connection)
        case .failure(let rejection):
            var failure = ServiceFailure(code: rejection.code, text: rejection.text)
            if rejection.code == .resourceNotFound { failure.resourceType = "shadow" }
            answer(call, with: .failure(failure), on: connection)
        }
        publishOutcome(result, of: verb, below: topic)
    }

    /// A component has published on a shadow's topic, which asks for the operation as well as a call does; whoever may
    /// publish there may do it.
    mutating func shadowTopicPublished(_ message: LocalMessage) {
        guard dialect == .classic, plugins.contains(.shadowManager),
            let (name, verb) = ShadowName.request(topic: message.topic)
        else { return }
        let payload: [UInt8] =
            switch message.content {
            case .binary(let bytes): bytes
            case .json(let value): (try? value.withDoubles.jsonText()).map { Array($0.utf8) } ?? []
            case .nothing: []
            }
        publishOutcome(shadowResult(verb, name, payload, nil), of: verb, below: name.resource)
    }

    /// The cloud updates a shadow. What it is rejected for; `nil` if it is not.
    mutating func updateShadow(_ name: ShadowName, payload: [UInt8], now: Duration) -> ShadowRejection? {
        self.now = now
        let result: Result<ShadowStore.Outcome, ShadowRejection>
        if let objection = name.objection {
            result = .failure(.refused(objection))
        } else {
            result = Result { () throws(ShadowRejection) in
                try shadows.update(name, payload: payload, second: timeOfDay / 1000)
            }
        }
        guard case .failure(let rejection) = result else {
            publishOutcome(result, of: .update, below: name.resource)
            return nil
        }
        return rejection
    }

    /// Who has called, for the policy.
    private struct Caller {
        var component: String
        /// Its full name.
        var operation: String
    }

    private mutating func shadowResult(
        _ verb: ShadowVerb,
        _ name: ShadowName,
        _ payload: [UInt8],
        _ caller: Caller?
    ) -> Result<ShadowStore.Outcome, ShadowRejection> {
        if let objection = name.objection { return .failure(.refused(objection)) }
        if verb == .update, payload.isEmpty { return .failure(.refused("Missing update payload")) }
        if let caller,
            let text = objection(to: caller.component, Self.shadowManager, caller.operation, on: name.resource)
        {
            return .failure(.unauthorized(text))
        }
        guard shadows.admits(name.thing, now: now) else { return .failure(.tooMany) }
        let second = timeOfDay / 1000
        return Result { () throws(ShadowRejection) in
            switch verb {
            case .get: try shadows.get(name, second: second)
            case .update: try shadows.update(name, payload: payload, second: second)
            case .delete: try shadows.delete(name, second: second)
            }
        }
    }

    private mutating func publishOutcome(
        _ result: Result<ShadowStore.Outcome, ShadowRejection>,
        of verb: ShadowVerb,
        below topic: String
    ) {
        let messages: [ShadowStore.Message]
        switch result {
        case .success(let outcome): messages = outcome.messages
        case .failure(let rejection):
            let payload = ShadowJSON.rejected(rejection, second: timeOfDay / 1000)
            messages = [ShadowStore.Message(topic: "\(verb.rawValue)/rejected", payload: payload)]
        }
        for message in messages {
            let local = LocalMessage(topic: "\(topic)/\(message.topic)", content: .binary(message.payload))
            deliverLocally(local, from: Self.shadowManager)
        }
    }

    /// The names of a thing's shadows, a page at a time.
    func listNamedShadows(_ call: ServiceCall, _ request: Request) -> Reply {
        guard let given = request.text("thingName"), let token = request.text("nextToken") else {
            return request.wrongType
        }
        let thing = given.value ?? ""
        if let objection = ShadowName.objection(to: thing, "ThingName", limit: 128) {
            return .failure(.invalidArguments, objection)
        }
        if let text = objection(to: request.component, Self.shadowManager, call.operation, on: thing) {
            return .failure(.unauthorized, text)
        }
        let pageSize = request.integer("pageSize") ?? ShadowPage.defaultSize
        guard ShadowPage.sizes.contains(pageSize) else {
            return .failure(.invalidArguments, "pageSize argument must be between 1 and 100")
        }
        switch ShadowPage.offset(of: token.value ?? "", thing: thing) {
        case .failure(let refusal): return .failure(.invalidArguments, refusal.text)
        case .success(let offset):
            let names = shadows.names(of: thing).dropFirst(offset).prefix(Int(pageSize))
            var json = JSONWriter(escaping: dialect.escaping)
            json.beginObject()
            json.memberName("results")
            json.any(.array(names.map { .string($0) }))
            json.memberName("timestamp")
            json.any(.double(Double(timeOfDay) / 1000))
            // A page that is full has a token, whether anything is left or not.
            if names.count == Int(pageSize) {
                json.text("nextToken", ShadowPage.token(thing: thing, offset: offset + names.count))
            }
            json.endObject()
            return .success(call.operation, json: json.bytes)
        }
    }
}
