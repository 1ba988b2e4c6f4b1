// SPDX-License-Identifier: Apache-2.0

/// Tunnel notifications as AWS publishes them.
package enum Notifications {
    /// The topic of a thing's notifications.
    package static func topic(thing: String = "MyThing") -> String { "$aws/things/\(thing)/tunnels/notify" }

    package static func payload(
        token: String,
        services: [String] = ["SSH"],
        region: String = "eu-central-1",
        mode: String = "destination"
    ) -> [UInt8] {
        let list = services.map { "\"\($0)\"" }.joined(separator: ",")
        let text = """
            {"clientAccessToken":"\(token)","clientMode":"\(mode)","region":"\(region)","services":[\(list)]}
            """
        return Array(text.utf8)
    }
}

/// The programs that the build has put beside the running one.
package enum BuiltProgram {
    package static func path(_ name: String, besides executable: String) -> String {
        let directory = executable.lastIndex(of: "/").map { String(executable[..<$0]) } ?? "."
        return "\(directory)/\(name)"
    }
}
