// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC

@testable import GreengrassIPCTesting

/// Plays the clients of a recorded session to a nucleus without sockets, at the recorded times, and compares what it
/// says on each stream with what the real one said.
///
/// Identifiers, tokens and times differ from run to run: those that the real one made up are translated in what the
/// clients send later.
struct PluginReplay {
    var harness: Harness
    let session: RecordedSession
    /// What the simulated nucleus made up, by what the real one did in its place.
    var translations: [String: String] = [:]
    private(set) var position = 0
    private var offsets: [Int: Double] = [:]
    private var connections: [Int: Int] = [:]
    private var time = 0.0
    private var recorded: [StreamID: [Message]] = [:]
    private var actual: [StreamID: [Message]] = [:]
    /// How many of the recorded messages of a stream have been looked at for identifiers.
    private var learnt: [StreamID: Int] = [:]

    struct StreamID: Hashable, Comparable {
        var connection: Int
        var stream: Int32

        static func < (left: Self, right: Self) -> Bool {
            (left.connection, left.stream) < (right.connection, right.stream)
        }
    }

    init(_ name: String, _ harness: Harness) throws {
        self.harness = harness
        session = try Recordings.load(name)
    }

    /// The entry that is next, and when it is due; `nil` at the end.
    var next: (entry: RecordedSession.Entry, time: Duration)? {
        guard position < session.entries.count else { return nil }
        let entry = session.entries[position]
        let offset = offsets[entry.connection] ?? time - entry.milliseconds
        return (entry, .milliseconds(Int64(max(time, offset + entry.milliseconds))))
    }

    /// Goes on by one entry. `substitute` stands for a message that was left out of the recording.
    mutating func step(substitute: [UInt8] = []) {
        guard let (entry, due) = next else { return }
        position += 1
        let number = entry.connection
        if offsets[number] == nil { offsets[number] = time - entry.milliseconds }
        time = max(time, (offsets[number] ?? 0) + entry.milliseconds)
        advance(to: due)
        let connection = connections[number] ?? harness.open()
        connections[number] = connection
        switch (entry.sender, entry.content) {
        case (.client, .message(let bytes)): note(harness.send(translated(bytes), on: connection), number)
        case (.client, .omitted): note(harness.send(substitute, on: connection), number)
        case (.client, .endOfFile): note(harness.endOfFile(on: connection), number)
        case (.server, .message(let bytes)):
            guard let message = decode(bytes) else { break }
            recorded[StreamID(connection: number, stream: message.stream), default: []].append(message)
        default: break
        }
        collect()
        learn()
    }

    mutating func advance(to due: Duration) {
        // In small steps, so that what follows from a deadline happens at its time.
        while harness.now < due {
            let next = min(due, max(harness.nucleus.nextDeadline ?? due, harness.now + .nanoseconds(1)))
            harness.advance(next - harness.now)
        }
        collect()
    }

    private mutating func collect() {
        for (number, connection) in connections { note(harness.take(connection), number) }
    }

    private mutating func note(_ events: [Harness.Event], _ number: Int) {
        for message in events.compactMap(\.message) where message.encodedByteCount < 20_000 {
            actual[StreamID(connection: number, stream: message.stream), default: []].append(message)
        }
    }

    /// Finds out what is called how in both.
    private mutating func learn() {
        for (stream, messages) in recorded {
            let others = actual[stream] ?? []
            for index in learnt[stream, default: 0]..<max(learnt[stream, default: 0], min(messages.count, others.count))
            {
                guard let was = try? JSONValue(jsonBytes: messages[index].payload),
                    let now = try? JSONValue(jsonBytes: others[index].payload)
                else { continue }
                for path in [["deploymentId"], ["nextToken"], ["validateConfigurationUpdateEvent", "deploymentId"]] {
                    guard let old = was.value(at: path)?.stringValue, let new = now.value(at: path)?.stringValue
                    else { continue }
                    translations[old] = new
                }
            }
            learnt[stream] = max(learnt[stream, default: 0], min(messages.count, others.count))
        }
    }

    private func translated(_ bytes: [UInt8]) -> [UInt8] {
        guard let message = decode(bytes), !translations.isEmpty else { return bytes }
        var text = String(decoding: message.payload, as: UTF8.self)
        for (old, new) in translations where text.contains(old) { text.replace(old, with: new) }
        let copy = try? Message(headers: Array(message.headers), payload: Array(text.utf8))
        return copy?.encoded() ?? bytes
    }

    /// Whether a client's message has a text in it.
    func isCall(_ entry: RecordedSession.Entry, mentioning text: String) -> Bool {
        guard entry.sender == .client, case .message(let bytes) = entry.content, let message = decode(bytes) else {
            return false
        }
        return String(decoding: message.payload, as: UTF8.self).contains(text)
    }

    /// Gives the nucleus the components and configurations that the real one told of first.
    mutating func takeComponents() throws {
        for entry in session.entries where entry.sender == .server {
            guard case .message(let bytes) = entry.content, let message = decode(bytes),
                let list = (try? JSONValue(jsonBytes: message.payload))?["components"]?.arrayValue
            else { continue }
            for component in list {
                guard let name = component["componentName"]?.stringValue else { continue }
                harness.nucleus.configurations.replace(name, with: component["configuration"] ?? [:], time: 0)
                harness.nucleus.readAccessControl(of: name)
                guard name.hasPrefix("com.example.") else { continue }
                harness.nucleus.components.set(.init(name: name, version: "1.0.0", state: .running))
            }
            return
        }
    }

    /// What the component of the session may do, as the first validation shows it.
    func accessControl() -> JSONValue? {
        for entry in session.entries where entry.sender == .server {
            guard case .message(let bytes) = entry.content, let message = decode(bytes),
                let event = (try? JSONValue(jsonBytes: message.payload))?["validateConfigurationUpdateEvent"]
            else { continue }
            return event["configuration"]?["accessControl"]
        }
        return nil
    }

    mutating func setTiny(_ state: SimulatedComponent.State) {
        _ = harness.nucleus.components.setState(state, of: "com.example.Tiny")
    }

    /// What differs, a line each: which stream, which of its messages, and how.
    func differences() -> [String] {
        Set(recorded.keys).union(actual.keys).sorted().flatMap { stream -> [String] in
            let was = recorded[stream] ?? []
            let now = actual[stream] ?? []
            var lines: [String] = []
            for index in 0..<max(was.count, now.count) {
                let left = index < was.count ? Normalized(was[index], translations) : nil
                let right = index < now.count ? Normalized(now[index], translations) : nil
                if left == right { continue }
                let place = "connection \(stream.connection), stream \(stream.stream), message \(index + 1)"
                lines.append("\(place):\n  was \(left?.text ?? "nothing")\n  is  \(right?.text ?? "nothing")")
            }
            return lines
        }
    }
}

extension Message {
    fileprivate var stream: Int32 {
        if case .int32(let number)? = headers[":stream-id"] { number } else { 0 }
    }
}

/// A message without what differs from run to run.
private struct Normalized: Equatable {
    var text: String

    init(_ message: Message, _ translations: [String: String]) {
        let headers = [":message-type", ":message-flags", ":content-type", "service-model-type"].map { name in
            switch message.headers[name] {
            case .int32(let number)?: String(number)
            case .string(let text)?: text
            default: "-"
            }
        }
        let isError = message.headers[":message-type"] == .int32(MessageType.applicationError)
        let payload: String
        if let json = try? JSONValue(jsonBytes: message.payload) {
            let value = isError ? Self.outline(of: json) : Self.normalized(json, "", translations)
            payload = (try? value.jsonText()) ?? ""
        } else {
            payload = String(decoding: message.payload, as: UTF8.self)
        }
        text = headers.joined(separator: " ") + " " + payload
    }

    /// Of an error: its code and which members there are, and whether they say something.
    private static func outline(of error: JSONValue) -> JSONValue {
        .object(
            (error.objectValue ?? [:]).reduce(into: [:]) { result, member in
                let isKept = ["_errorCode", "_service", "resourceType"].contains(member.key)
                result[member.key] = isKept ? member.value : .bool(member.value != "")
            }
        )
    }

    private static let changing: Set<String> = [
        "timestamp", "passwordExpiration", "password", "createdOn", "nextToken", "deploymentFailureCause",
    ]

    private static func normalized(_ value: JSONValue, _ name: String, _ translations: [String: String]) -> JSONValue {
        switch value {
        case .integer, .double, .string:
            if changing.contains(name) { return "…" }
            guard case .string(let text) = value else { return .double(value.doubleValue ?? 0) }
            // Where it is only known to be under way, how far it is depends on the moment.
            if name == "status", ["QUEUED", "IN_PROGRESS"].contains(text) { return "unfinished" }
            if name == "payload" || name == "message", let bytes = Base64.decode(text),
                let json = try? JSONValue(jsonBytes: bytes.span)
            {
                return normalized(json, "", translations)
            }
            return .string(translations.reduce(text) { $0.replacing($1.key, with: $1.value) })
        case .array(let elements):
            let list = elements.map { normalized($0, "", translations) }
            let isOrdered = !["components", "localDeployments"].contains(name)
            return .array(
                isOrdered ? list : list.sorted { ((try? $0.jsonText()) ?? "") < ((try? $1.jsonText()) ?? "") }
            )
        case .object(let members):
            var result = members
            for (name, member) in members { result[name] = normalized(member, name, translations) }
            // Once more: details that say nothing, and none, are the same as long as it is under way.
            if result["status"] == "unfinished" { result["deploymentStatusDetails"] = nil }
            return .object(result)
        case .null, .bool: return value
        }
    }
}
