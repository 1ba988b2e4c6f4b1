// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// Carries messages both ways: what components publish on `to-cloud/x` goes to AWS IoT Core as `site/x`, what comes
/// from there on `to-device/x` goes to components as `site/x`. No message can come back the way it went.
@main
enum MQTTBridge {
    static func main() throws {
        try runGreengrassComponent { client in try await run(client) }
    }

    static func run(_ client: GreengrassIPCClient) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { try await carryToCloud(client) }
            group.addTask { try await carryToDevice(client) }
            try await group.next()
            group.cancelAll()
        }
    }

    private static func carryToCloud(_ client: GreengrassIPCClient) async throws {
        try await client.subscribeToTopic(topic: "to-cloud/#") { messages in
            for try await message in messages {
                guard let topic = destination(message.topic, behind: "to-cloud/") else { continue }
                await carry(to: topic) { () throws(GreengrassIPCError) in
                    // At least once: the nucleus keeps it while the device is offline.
                    if let bytes = message.bytes {
                        try await client.publishToIoTCore(topicName: topic, qos: .atLeastOnce, payload: bytes)
                    } else if let json = message.json {
                        try await client.publishToIoTCore(topicName: topic, qos: .atLeastOnce, json: json)
                    }
                }
            }
        }
    }

    private static func carryToDevice(_ client: GreengrassIPCClient) async throws {
        var options = SubscriptionOptions()
        // A device may be offline when it starts: the classic nucleus refuses new subscriptions then.
        options.firstRefusal = .retry
        try await client.subscribeToIoTCore(topicName: "to-device/#", qos: .atLeastOnce, options: options) { messages in
            for try await case .message(let message) in messages {
                guard let topic = destination(message.topicName, behind: "to-device/") else { continue }
                await carry(to: topic) { () throws(GreengrassIPCError) in
                    try await client.publishToTopic(topic: topic, bytes: message.payload ?? [])
                }
            }
        }
    }

    private static func destination(_ topic: String?, behind prefix: String) -> String? {
        guard let topic, topic.hasPrefix(prefix) else { return nil }
        return "site/" + topic.dropFirst(prefix.count)
    }

    /// One message that cannot be carried is no reason to lose the others.
    private static func carry(to topic: String, _ publish: () async throws(GreengrassIPCError) -> Void) async {
        do throws(GreengrassIPCError) {
            try await publish()
        } catch {
            log("a message for \(topic) is lost: \(error)")
        }
    }

    /// A line for the component's log. The nucleus reads it through a pipe, where it would stay in the buffer.
    private static func log(_ line: String) {
        print(line)
        fflush(nil)
    }
}
