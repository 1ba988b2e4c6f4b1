// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC

/// Compares two messages by meaning: type, flags, stream, operation, and the payload as JSON.
///
/// The order of headers counts for nothing, nor do `:content-type` and `service-model-type` where only one of the two
/// has them: no nucleus looks at them, and not every client sends them.
enum MessageComparison {
    /// What differs, one line each; empty if nothing does. Texts that may be secret are not in it.
    ///
    /// Of a server every header counts, but of an error's payload only its code and which members there are, and what
    /// is made anew each time, ids and times, counts only as that.
    static func differences(
        recorded: Message,
        actual: Message,
        of sender: RecordedSession.Sender = .client
    ) -> [String] {
        var differences: [String] = []
        for name in [":message-type", ":message-flags", ":stream-id", "operation", ":version"] {
            compareHeader(name, recorded, actual, into: &differences)
        }
        for name in [":content-type", "service-model-type"] {
            if sender == .client, recorded.headers[name] == nil || actual.headers[name] == nil { continue }
            compareHeader(name, recorded, actual, into: &differences)
        }
        guard sender == .server else {
            comparePayload(recorded.payload, actual.payload, into: &differences)
            return differences
        }
        if recorded.payload == actual.payload { return differences }
        let isError = recorded.headers[":message-type"] == .int32(MessageType.applicationError)
        if let was = Normalization.payload(recorded, isError: isError),
            let is_ = Normalization.payload(actual, isError: isError)
        {
            compare(was, is_, at: "payload", into: &differences)
        } else {
            comparePayload(recorded.payload, actual.payload, into: &differences)
        }
        return differences
    }

    private static func compareHeader(
        _ name: String,
        _ recorded: Message,
        _ actual: Message,
        into differences: inout [String]
    ) {
        let (was, is_) = (recorded.headers[name], actual.headers[name])
        guard was != is_ else { return }
        differences.append("\(name): recorded \(text(was)), got \(text(is_))")
    }

    private static func text(_ value: HeaderValue?) -> String {
        switch value {
        case nil: "nothing"
        case .int32(let number)?: String(number)
        case .string(let string)?: string
        case .some: "a value of another type"
        }
    }

    private static func comparePayload(
        _ recorded: ArraySlice<UInt8>,
        _ actual: ArraySlice<UInt8>,
        into differences: inout [String]
    ) {
        if recorded == actual { return }
        guard let was = try? JSONValue(jsonBytes: recorded), let is_ = try? JSONValue(jsonBytes: actual) else {
            differences.append("payload: recorded \(recorded.count) bytes, got \(actual.count) others")
            return
        }
        compare(was, is_, at: "payload", into: &differences)
    }

    private static func compare(_ was: JSONValue, _ is_: JSONValue, at path: String, into differences: inout [String]) {
        if was == is_ { return }
        switch (was, is_) {
        case (.object(let recorded), .object(let actual)):
            for name in Set(recorded.keys).union(actual.keys).sorted() {
                let memberPath = "\(path).\(name)"
                switch (recorded[name], actual[name]) {
                case (let was?, let is_?): compare(was, is_, at: memberPath, into: &differences)
                case (_?, nil): differences.append("\(memberPath): missing")
                case (nil, _): differences.append("\(memberPath): not in the recording")
                }
            }
        case (.array(let recorded), .array(let actual)) where recorded.count == actual.count:
            for index in recorded.indices {
                compare(recorded[index], actual[index], at: "\(path)[\(index)]", into: &differences)
            }
        case (.array(let recorded), .array(let actual)):
            differences.append("\(path): recorded \(recorded.count) elements, got \(actual.count)")
        default:
            differences.append("\(path): recorded \(shown(was, at: path)), got \(shown(is_, at: path))")
        }
    }

    private static func shown(_ value: JSONValue, at path: String) -> String {
        let secret = ["authToken", "payload", "message", "secretString", "secretBinary", "token"]
        let name = path.split(separator: ".").last.map(String.init) ?? path
        if secret.contains(name), let text = value.stringValue { return "a text of \(text.utf8.count) bytes" }
        return (try? value.jsonText()) ?? "a value"
    }
}
