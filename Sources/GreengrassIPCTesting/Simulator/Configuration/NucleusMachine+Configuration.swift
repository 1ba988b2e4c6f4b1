// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

extension NucleusMachine {
    static let configurationUpdateEvents = modelNamespace + "ConfigurationUpdateEvents"
    private static let accessControl = "accessControl"
    private static let deepestLitePath = 12

    /// Reads the own configuration or, without any policy, another component's.
    func getConfiguration(_ call: ServiceCall, _ request: Request) -> Reply {
        guard let path = request.texts("keyPath"), let named = request.text("componentName"),
            dialect == .classic || path.count <= Self.deepestLitePath
        else {
            return request.wrongType
        }
        let component = named.value ?? request.component
        guard let value = configurations.value(at: path, of: component) else { return keyNotFound }
        var json = JSONWriter(escaping: dialect.escaping)
        json.beginObject()
        json.text("componentName", component)
        json.memberName("value")
        json.configuration(value, dialect)
        json.endObject()
        return .success(call.operation, json: json.bytes)
    }

    private var keyNotFound: Reply {
        .failure(.resourceNotFound, dialect == .classic ? ClassicText.keyNotFound : LiteText.keyNotFound)
    }

    /// Changes the own configuration, and tells those who watch it.
    mutating func updateConfiguration(_ call: ServiceCall, _ request: Request, from connection: ConnectionID) {
        let update: ConfigurationUpdate
        switch configurationUpdate(request) {
        case .failure(let refusal): return answer(call, with: refusal.reply, on: connection)
        case .success(let valid): update = valid
        }
        let outcome = configurations.merge(
            update.value,
            at: update.path,
            of: request.component,
            time: update.time,
            now: timeOfDay
        )
        let reply: Reply =
            switch outcome.refusal {
            case nil: .success(call.operation)
            case .isNewer?: .failure(.failedUpdateConditionCheck, ClassicText.olderTimestamp)
            case .inTheWay?: .failure(.service, LiteText.updateFailed)
            }
        // Lite writes the leaves one by one, and answers when it has written the last; the classic nucleus tells and
        // answers from two threads.
        if dialect == .classic { answer(call, with: reply, on: connection) }
        tellWatches(of: request.component, outcome.changes)
        if dialect == .lite { answer(call, with: reply, on: connection) }
    }

    private struct ConfigurationUpdate {
        var path: [String]
        var value: JSONValue
        /// Milliseconds since 1970.
        var time: Int64
    }

    private struct Refusal: Error {
        var reply: Reply
    }

    private func configurationUpdate(_ request: Request) -> Result<ConfigurationUpdate, Refusal> {
        func refused(_ classic: String, _ lite: String) -> Result<ConfigurationUpdate, Refusal> {
            .failure(Refusal(reply: .failure(.invalidArguments, dialect == .classic ? classic : lite)))
        }
        guard let path = request.texts("keyPath") else {
            return refused(ClassicText.timestampRequired, LiteText.invalidParameters)
        }
        guard let seconds = request.timestamp("timestamp") else {
            return refused(ClassicText.timestampRequired, LiteText.invalidParameters)
        }
        guard let value = request.members["valueToMerge"], dialect == .lite || !value.isNull else {
            return refused(ClassicText.valueRequired, LiteText.invalidParameters)
        }
        let isProtected: (String) -> Bool = { [configurations] in
            configurations.canonical($0) == configurations.canonical(Self.accessControl)
        }
        let names = path.first.map { [$0] } ?? value.objectValue.map { Array($0.keys) } ?? []
        if names.contains(where: isProtected) { return refused(ClassicText.accessControlProtected, LiteText.protected) }
        if dialect == .lite, path.count > Self.deepestLitePath { return refused("", LiteText.invalidParameters) }
        let time = Int64(saturating: (seconds * 1000).rounded(.down))
        return .success(ConfigurationUpdate(path: path, value: value, time: time))
    }

    /// Watches a path: a change brings an event for each leaf, without its value.
    mutating func subscribeToConfigurationUpdate(
        _ call: ServiceCall,
        _ request: Request,
        from connection: ConnectionID
    ) {
        guard let path = request.texts("keyPath"), let named = request.text("componentName"),
            dialect == .classic || path.count <= Self.deepestLitePath
        else {
            return answer(call, with: request.wrongType, on: connection)
        }
        let component = named.value ?? request.component
        switch dialect {
        case .classic:
            let isThere = component == request.component && path.isEmpty || configurations.exists(path, of: component)
            guard isThere else { return answer(call, with: keyNotFound, on: connection) }
        case .lite: configurations.ensure(path, of: component, now: 0)
        }
        answer(call, with: .success(call.operation, keepsStreamOpen: true), on: connection)
        configurationWatches.add(
            .init(
                stream: StreamKey(connection: connection, stream: call.stream),
                component: component,
                path: path.map(configurations.canonical)
            )
        )
    }

    /// Tells those who watch a component's configuration that leaves of it have changed.
    mutating func tellWatches(of component: String, _ changes: [[String]]) {
        for path in changes {
            let streams = configurationWatches.streams(for: path.map(configurations.canonical), of: component)
            guard !streams.isEmpty else { continue }
            let event: JSONValue = [
                "configurationUpdateEvent": [
                    "componentName": .string(component), "keyPath": .array(path.map { .string($0) }),
                ]
            ]
            var json = JSONWriter(escaping: dialect.escaping)
            json.any(event)
            for stream in streams { sendEvent(Self.configurationUpdateEvents, json: json.bytes, on: stream) }
        }
    }
}

extension Int64 {
    /// The nearest integer; 0 for what is no number.
    fileprivate init(saturating value: Double) {
        if value.isNaN {
            self = 0
        } else {
            self = Int64(exactly: value.rounded()) ?? (value < 0 ? .min : .max)
        }
    }
}
