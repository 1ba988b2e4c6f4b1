// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC

/// What a server calls the things that the recorded one had other identifiers for: clients send them back.
struct IdentifierTranslation: Sendable {
    /// The server's messages of the recording that are to come, by stream.
    private var recorded: [StreamID: ArraySlice<Message>] = [:]
    /// The identifiers of now by the recorded ones.
    private var names: [String: String] = [:]

    private struct StreamID: Hashable {
        var connection: Int
        var stream: HeaderValue?
    }

    private static let members: Set<String> = ["deploymentId", "nextToken", "clientDeviceAuthToken"]

    init(_ session: RecordedSession) {
        for entry in session.entriesInOrder where entry.sender == .server {
            guard case .message(let bytes) = entry.content, let message = decode(bytes) else { continue }
            let stream = StreamID(connection: entry.connection, stream: message.headers[":stream-id"])
            recorded[stream, default: []].append(message)
        }
    }

    mutating func learn(from message: Message, on connection: Int) {
        let stream = StreamID(connection: connection, stream: message.headers[":stream-id"])
        guard let counterpart = recorded[stream]?.popFirst(), counterpart.payload != message.payload,
            let was = try? JSONValue(jsonBytes: counterpart.payload),
            let now = try? JSONValue(jsonBytes: message.payload)
        else { return }
        learn(was, now)
    }

    private mutating func learn(_ was: JSONValue, _ now: JSONValue) {
        guard case .object(let recorded) = was, case .object(let actual) = now else { return }
        for (name, value) in recorded {
            guard let other = actual[name] else { continue }
            if Self.members.contains(name), let old = value.stringValue, let new = other.stringValue {
                if old != new { names[old] = new }
            } else {
                learn(value, other)
            }
        }
    }

    /// The message with the identifiers of now; as it is if there are none in it, or it is no message.
    func translated(_ bytes: [UInt8]) -> [UInt8] {
        guard !names.isEmpty, let message = decode(bytes) else { return bytes }
        let text = String(decoding: message.payload, as: UTF8.self)
        var changed = text
        for (old, new) in names where changed.contains(old) {
            changed.replace("\"\(old)\"", with: "\"\(new)\"")
        }
        guard changed != text else { return bytes }
        let copy = try? Message(headers: Array(message.headers), payload: Array(changed.utf8))
        return copy?.encoded() ?? bytes
    }
}
