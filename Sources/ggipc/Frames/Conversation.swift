// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPCTesting

/// Knows which operation each stream of each connection belongs to.
struct Conversation {
    private var operations: [Key: String] = [:]

    private struct Key: Hashable {
        var connection: Int?
        var stream: Int32
    }

    /// The operation of a message's stream, without its namespace; `nil` on stream 0 or when it was never named.
    mutating func operation(of message: Message, on connection: Int?) -> String? {
        guard let stream = message.int32(":stream-id"), stream != 0 else { return nil }
        let key = Key(connection: connection, stream: stream)
        if let operation = message.string("operation") {
            operations[key] = FrameNames.short(operation)
        } else if operations[key] == nil, let shape = message.string("service-model-type").map(FrameNames.short),
            shape.hasSuffix("Response")
        {
            // The client's side was not caught.
            operations[key] = String(shape.dropLast("Response".count))
        }
        return operations[key]
    }
}
