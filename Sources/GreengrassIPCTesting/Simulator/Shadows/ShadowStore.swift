// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

/// The shadows of all things, as the device's shadow manager keeps them.
struct ShadowStore: Sendable {
    private(set) var documents: [ShadowName: ShadowDocument] = [:]
    /// When the latest requests of each thing came.
    private var recent: [String: [Duration]] = [:]

    /// Requests a second that one thing may be asked about.
    static let requestsPerSecond = 20
    static let byteLimit = 8192

    /// The outcome of an operation on one shadow.
    struct Outcome: Sendable, Equatable {
        /// The response's payload.
        var payload: [UInt8]
        /// What goes out on the shadow's topics, in order: the end of the topic and the payload.
        var messages: [Message]
    }

    struct Message: Sendable, Equatable {
        /// What follows the shadow's name: `update/delta`.
        var topic: String
        var payload: [UInt8]
    }

    subscript(name: ShadowName) -> ShadowDocument? {
        get { documents[name] }
        set { documents[name] = newValue }
    }

    /// Counts a request; false if there were too many in the last second.
    mutating func admits(_ thing: String, now: Duration) -> Bool {
        var times = recent[thing, default: []].filter { now - $0 < .seconds(1) }
        let isAdmitted = times.count < Self.requestsPerSecond
        if isAdmitted { times.append(now) }
        recent[thing] = times
        return isAdmitted
    }

    func get(_ name: ShadowName, second: Int64) throws(ShadowRejection) -> Outcome {
        guard let document = documents[name] else { throw .notFound(name) }
        let payload = ShadowJSON.got(document, second: second)
        return Outcome(payload: payload, messages: [Message(topic: "get/accepted", payload: payload)])
    }

    mutating func delete(_ name: ShadowName, second: Int64) throws(ShadowRejection) -> Outcome {
        guard let document = documents.removeValue(forKey: name) else { throw .notFound(name) }
        let message = ShadowJSON.deleted(version: document.version, second: second)
        return Outcome(payload: [], messages: [Message(topic: "delete/accepted", payload: message)])
    }

    mutating func update(_ name: ShadowName, payload: [UInt8], second: Int64) throws(ShadowRejection) -> Outcome {
        let update = try ShadowUpdate(payload)
        let old = documents[name]
        if let version = update.version {
            switch old {
            case let old? where version.integerValue != old.version: throw .conflict(update.clientToken)
            case nil where version.integerValue != 1: throw .refused("Invalid version")
            default: break
            }
        }
        let new = (old ?? ShadowDocument()).updated(by: update.state, at: second)
        guard new.byteCount <= Self.byteLimit else { throw .tooLarge }
        documents[name] = new
        let answer = ShadowJSON.updated(update, version: new.version, second: second)
        var messages: [Message] = []
        if let delta = ShadowJSON.delta(new, update, second: second) {
            messages.append(Message(topic: "update/delta", payload: delta))
        }
        let documents = ShadowJSON.documents(from: old, to: new, update, second: second)
        messages.append(Message(topic: "update/documents", payload: documents))
        messages.append(Message(topic: "update/accepted", payload: answer))
        return Outcome(payload: answer, messages: messages)
    }

    /// The names of a thing's named shadows, sorted.
    func names(of thing: String) -> [String] {
        documents.keys.filter { $0.thing == thing }.compactMap(\.shadow).sorted()
    }
}
