// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// Puts deployments off while work is under way. Jobs say on `work/begin` and `work/end` what they are called.
///
/// Only the classic nucleus asks; on Nucleus Lite the component says so in its log and just counts its jobs.
@main
enum UpdateDeferrer {
    static func main() throws {
        try runGreengrassComponent { client in try await run(client) }
    }

    static func run(_ client: GreengrassIPCClient) async throws {
        let work = Work()
        let configured = try await client.configurationValue(at: ["recheckSeconds"])
        let seconds = max(1, configured?.integerValue ?? configured?.stringValue.flatMap { Int64($0) } ?? 60)
        try await withThrowingTaskGroup { group in
            group.addTask { try await follow("work/begin", client) { await work.begin($0) } }
            group.addTask { try await follow("work/end", client) { await work.end($0) } }
            group.addTask {
                do {
                    // Every event is answered, also when the decision takes too long: an unanswered one stalls the
                    // deployment.
                    try await client.answerComponentUpdates { _ in await work.decide(recheckAfter: seconds) }
                } catch let error as GreengrassIPCError where error.code != .cancelled {
                    log("updates cannot be put off: \(error)")
                }
            }
            try await group.waitForAll()
        }
    }

    private static func follow(
        _ topic: String,
        _ client: GreengrassIPCClient,
        _ note: (String) async -> Void
    ) async throws {
        try await client.subscribeToTopic(topic: topic) { messages in
            for try await message in messages {
                if let job = message.text { await note(job) }
            }
        }
    }

    /// A line for the component's log. The nucleus reads it through a pipe, where it would stay in the buffer.
    private static func log(_ line: String) {
        print(line)
        fflush(nil)
    }
}
