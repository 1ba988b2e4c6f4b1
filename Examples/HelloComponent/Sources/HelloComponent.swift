// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// Answers greetings from other components: what comes on `hello/ask` is greeted on `hello/answer`.
@main
enum HelloComponent {
    static func main() throws {
        // On this thread, with what the nucleus has put into the environment.
        try runGreengrassComponent { client in try await run(client) }
    }

    static func run(_ client: GreengrassIPCClient) async throws {
        let greeting = try await client.configurationValue(at: ["greeting"])?.stringValue ?? "Hello"
        log("the greeting is \(greeting)")
        try await client.subscribeToTopic(topic: "hello/ask") { messages in
            try await client.updateState(state: .running)
            for try await message in messages {
                guard let name = message.text else { continue }
                try await client.publishToTopic(topic: "hello/answer", text: "\(greeting), \(name)!")
            }
        }
    }

    /// A line for the component's log. The nucleus reads it through a pipe, where it would stay in the buffer.
    private static func log(_ line: String) {
        print(line)
        fflush(nil)
    }
}
