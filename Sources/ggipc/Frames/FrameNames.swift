// SPDX-License-Identifier: Apache-2.0

import EventStream

/// The names of message types and flags.
enum FrameNames {
    static let types = [
        "APPLICATION_MESSAGE", "APPLICATION_ERROR", "PING", "PING_RESPONSE", "CONNECT", "CONNECT_ACK",
        "PROTOCOL_ERROR", "INTERNAL_ERROR",
    ]

    static let flags: [(name: String, bit: Int32)] = [("CONNECTION_ACCEPTED", 1), ("TERMINATE_STREAM", 2)]

    static func type(_ number: Int32) -> String? {
        types.indices.contains(Int(number)) ? types[Int(number)] : nil
    }

    /// The names of the bits that are set, and what is left of them.
    static func flags(_ bits: Int32) -> (names: [String], rest: Int32) {
        let known = flags.filter { bits & $0.bit != 0 }
        return (known.map(\.name), known.reduce(bits) { $0 & ~$1.bit })
    }

    /// `aws.greengrass#GetConfiguration` without the namespace.
    static func short(_ name: String) -> String {
        name.firstIndex(of: "#").map { String(name[name.index(after: $0)...]) } ?? name
    }
}

extension Message {
    func int32(_ name: String) -> Int32? {
        if case .int32(let value)? = headers[name] { value } else { nil }
    }

    func string(_ name: String) -> String? {
        if case .string(let value)? = headers[name] { value } else { nil }
    }
}
