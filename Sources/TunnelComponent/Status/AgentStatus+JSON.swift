// SPDX-License-Identifier: Apache-2.0

internal import GreengrassIPC

extension AgentStatus {
    /// - Parameter limit: how many tunnels are written out; a message to a topic must not grow without end.
    func document(tunnelLimit limit: Int = .max) -> JSONValue {
        var members: [String: JSONValue] = [
            "version": .string(Version.text), "thing": .string(thingName), "process": .integer(Int64(process)),
            "processStart": .string(processStart), "started": .integer(started), "updated": .integer(updated),
            "nucleus": .string(nucleus.rawValue), "tunnelCount": .integer(Int64(tunnels.count)),
            "tunnels": .array(tunnels.suffix(limit).map(\.document)), "ended": .array(ended.map(\.document)),
        ]
        members["counters"] = .object([
            "notifications": .integer(Int64(counters.notifications)), "accepted": .integer(Int64(counters.accepted)),
            "duplicates": .integer(Int64(counters.duplicates)), "connected": .integer(Int64(counters.connected)),
            "lost": .integer(Int64(counters.lost)), "refused": Self.counts(counters.refused),
            "ended": Self.counts(counters.ended),
        ])
        return .object(members)
    }

    /// Nil when it is not such a document.
    init?(_ document: JSONValue) {
        guard let process = document["process"]?.integerValue.flatMap(Int32.init(exactly:)),
            let nucleus = document["nucleus"]?.stringValue.flatMap(Nucleus.init(rawValue:)),
            let updated = document["updated"]?.integerValue
        else { return nil }
        self.init()
        self.process = process
        self.nucleus = nucleus
        self.updated = updated
        thingName = document["thing"]?.stringValue ?? ""
        processStart = document["processStart"]?.stringValue ?? ""
        started = document["started"]?.integerValue ?? 0
        tunnels = (document["tunnels"]?.arrayValue ?? []).compactMap(Tunnel.init)
        ended = (document["ended"]?.arrayValue ?? []).compactMap(Tunnel.init)
        let numbers = document["counters"]
        func number(_ name: String) -> Int { Int(clamping: numbers?[name]?.integerValue ?? 0) }
        counters.notifications = number("notifications")
        counters.accepted = number("accepted")
        counters.duplicates = number("duplicates")
        counters.connected = number("connected")
        counters.lost = number("lost")
        counters.refused = Self.counts(numbers?["refused"])
        counters.ended = Self.counts(numbers?["ended"])
    }

    private static func counts(_ counts: [String: Int]) -> JSONValue {
        .object(counts.mapValues { .integer(Int64($0)) })
    }

    private static func counts(_ value: JSONValue?) -> [String: Int] {
        (value?.objectValue ?? [:]).compactMapValues { $0.integerValue.map { Int(clamping: $0) } }
    }
}

extension AgentStatus.Tunnel {
    var document: JSONValue {
        var members: [String: JSONValue] = [
            "tunnel": .string(id), "services": .array(services.map { .string($0) }), "state": .string(state),
            "since": .integer(since),
        ]
        if let reason { members["reason"] = .string(reason) }
        return .object(members)
    }

    init?(_ document: JSONValue) {
        guard let id = document["tunnel"]?.stringValue, let state = document["state"]?.stringValue else { return nil }
        self.id = id
        self.state = state
        services = (document["services"]?.arrayValue ?? []).compactMap(\.stringValue)
        reason = document["reason"]?.stringValue
        since = document["since"]?.integerValue ?? 0
    }
}
