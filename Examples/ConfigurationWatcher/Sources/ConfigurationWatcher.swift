// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// Applies changes of its configuration while it runs, and tells on `sampling/settings` which settings are in use.
@main
enum ConfigurationWatcher {
    static func main() throws {
        try runGreengrassComponent { client in try await run(client) }
    }

    static func run(_ client: GreengrassIPCClient) async throws {
        var current: Settings?
        // Called with the value that is there now, and after each change.
        try await client.watchConfiguration(at: ["sampling"]) { json in
            do throws(Settings.Fault) {
                let settings = try Settings(json)
                guard settings != current else { return }
                current = settings
            } catch {
                // A bad change is no reason to end: the last good settings stay.
                return log("the configuration is left as it was: \(error)")
            }
            guard let current else { return }
            log("every \(current.intervalSeconds) s, in \(current.unit)")
            try await client.publishToTopic(topic: "sampling/settings", json: current.json)
        }
    }

    /// A line for the component's log. The nucleus reads it through a pipe, where it would stay in the buffer.
    private static func log(_ line: String) {
        print(line)
        fflush(nil)
    }
}
