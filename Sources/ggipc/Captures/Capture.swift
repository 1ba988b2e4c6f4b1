// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPCTesting

/// What was caught of the traffic between clients and a nucleus, whatever the form of the file.
struct Capture {
    var items: [Item] = []
    /// What is wrong with the rest of the file; the items before it are good.
    var failure: Failure?

    /// Something that one side did.
    struct Item {
        /// The number of the connection, if the file tells connections apart.
        var connection: Int?
        /// Whose it is, if that can be known.
        var sender: RecordedSession.Sender?
        /// Milliseconds since the connection was there, if the file has times.
        var milliseconds: Double?
        /// Where it begins: in the bytes, hexadecimal digits counted by twos.
        var offset: UInt64?
        var content: Content
    }

    enum Content {
        case message(Message)
        /// Bytes that are no message.
        case partial([UInt8])
        case endOfFile
        /// A message of so many bytes that was left out of the file.
        case omitted(Int)
    }

    /// A file that is not what it should be.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }
}

extension Message {
    /// Whose message it is, as far as it says so itself.
    var likelySender: RecordedSession.Sender? {
        if headers["operation"] != nil { return .client }
        switch headers[":message-type"] {
        case .int32(4): return .client
        case .int32(1), .int32(5), .int32(6), .int32(7): return .server
        default: return headers["service-model-type"] != nil ? .server : nil
        }
    }
}
