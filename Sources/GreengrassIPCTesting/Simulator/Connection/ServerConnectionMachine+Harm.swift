// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC

extension ServerConnectionMachine {
    /// What is wrong with the message itself, wherever it comes in a conversation.
    ///
    /// Ends the connection when this dialect does not read such a message.
    mutating func lookForHarm(in message: Message, _ headers: IncomingHeaders) -> [ConnectionAction] {
        let size = message.encodedByteCount
        let isTooLarge = size - 12 > Dialect.lite.inboundLimit
        guard headers.hasForeignType || headers.longestName > 127 || isTooLarge else { return [] }
        var actions: [ConnectionAction] = []
        if headers.hasForeignType {
            actions.append(finding(.headerType, on: .lite, "the connection is closed"))
        }
        if headers.longestName > 127 {
            actions.append(
                finding(
                    .longHeaderName,
                    on: .classic,
                    "the request is never answered",
                    detail: "a name of \(headers.longestName) bytes"
                )
            )
        }
        if isTooLarge { actions.append(largeMessage(size)) }
        if dialect == .lite, headers.hasForeignType || isTooLarge {
            phase = .closed
            actions.append(.close)
        }
        return actions
    }

    /// Whether ``lookForHarm(inRequest:of:)`` is worth the effort: most requests are flat and hold strings.
    static func mayHarm(_ request: JSONValue) -> Bool {
        guard case .object(let members) = request else { return false }
        return members.values.contains { member in
            switch member {
            case .null, .object, .integer: true
            default: false
            }
        }
    }

    /// What is wrong with a request's JSON.
    func lookForHarm(inRequest request: JSONValue, of operation: String) -> [ConnectionAction] {
        var actions: [ConnectionAction] = []
        if let path = Self.pathOfNull(in: request, below: "") {
            actions.append(
                finding(
                    .nullMember,
                    on: .lite,
                    "an error for a member of a wrong type",
                    operation: operation,
                    detail: "member \(path)"
                )
            )
        }
        if case .integer? = request["timestamp"] {
            actions.append(
                finding(
                    .integerTimestamp,
                    on: .lite,
                    "InvalidArgumentsError",
                    operation: operation,
                    detail: "member timestamp"
                )
            )
        }
        return actions
    }

    /// The first member that is null. Documents, whose nulls are the component's business, are left alone.
    private static func pathOfNull(in value: JSONValue, below path: String) -> String? {
        guard case .object(let members) = value else { return nil }
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            if documents.contains(name) { continue }
            let memberPath = path.isEmpty ? name : "\(path).\(name)"
            if member.isNull { return memberPath }
            if let found = pathOfNull(in: member, below: memberPath) { return found }
        }
        return nil
    }

    private static let documents: Set<String> = ["valueToMerge", "message", "componentToConfiguration"]
}
