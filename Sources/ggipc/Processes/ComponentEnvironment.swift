// SPDX-License-Identifier: Apache-2.0

import EventReactor

/// The variables that a component learns its nucleus from.
enum ComponentEnvironment {
    static let socketVariable = "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT"
    static let nucleusSocketVariable = "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH"
    static let tokenVariable = "SVCUID"

    /// The socket of this process's own environment.
    static func socketPath(orOption option: String) throws(CommandFailure) -> String {
        if let path = CurrentProcess.environment(socketVariable), !path.isEmpty { return path }
        throw CommandFailure("\(socketVariable) is not set: give \(option), or run this with a component's environment")
    }

    /// Variables as commands for a shell.
    static func exports(_ values: [String: String]) -> String {
        values.sorted { $0.key < $1.key }.map { "export \($0.key)=\(quoted($0.value))\n" }.joined()
    }

    static func quoted(_ value: String) -> String {
        let isPlain = value.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: "_"), UInt8(ascii: "+"):
                true
            default: false
            }
        }
        if isPlain, !value.isEmpty { return value }
        return "'" + value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
