// SPDX-License-Identifier: Apache-2.0

internal import BenchmarkSupport
internal import CBaseline
internal import GreengrassIPC

/// Events on one subscription, 256 bytes of payload each, decoded.
enum Events {
    /// As many as `ipc-echo` is asked to send, from the first that arrives on.
    static func measureFlood(_ peer: String) throws {
        let count = 200_000
        let rates = try (0..<6).map { _ in
            try runGreengrassComponent { client in
                var options = SubscriptionOptions()
                options.bufferLimit = 100_000
                return try await client.subscribeToIoTCore(
                    topicName: "flood/\(count)",
                    qos: .atLeastOnce,
                    options: options
                ) { messages in
                    try await rate(messages, count: count)
                }
            }
        }
        let median = Samples(Array(rates.dropFirst())).median
        IPCBenchmark.report(peer, "events received, server floods", "\(column(median)) events/s")
    }

    /// Published through the peer's broker by a second connection of this process, on a thread of its own.
    /// Each round has a topic of its own: the classic nucleus leaves a stream deaf whose filter was just given up.
    static func measurePublished(_ peer: String) throws {
        let count = 40_000
        let rates = try (0..<4).map { round in
            let topic = "benchmark/events/\(round)"
            return try runGreengrassComponent { client in
                var options = SubscriptionOptions()
                options.bufferLimit = 100_000
                return try await client.subscribeToIoTCore(
                    topicName: topic,
                    qos: .atLeastOnce,
                    options: options
                ) { messages in
                    let publisher = Task { @concurrent in try await publish(topic, count: count) }
                    let rate = try await rate(messages, count: count)
                    try await publisher.value
                    return rate
                }
            }
        }
        let median = Samples(Array(rates.dropFirst())).median
        IPCBenchmark.report(peer, "events published through and received", "\(column(median)) events/s")
    }

    private static func rate(_ messages: Subscription<IoTCoreMessage>, count: Int) async throws -> Double {
        var started: UInt64 = 0
        var received = 0
        for try await event in messages {
            if received == 0 { started = baseline_now() }
            received += 1
            guard case .message(let message) = event, message.payload?.count == 256 else {
                preconditionFailure("the event is not what was sent")
            }
            if received == count { break }
        }
        return Double(received - 1) * 1e9 / Double(baseline_now() - started)
    }

    private static func publish(_ topic: String, count: Int) async throws {
        let payload = [UInt8](repeating: 65, count: 256)
        try await withGreengrassIPC { client in
            try await withThrowingDiscardingTaskGroup { group in
                for _ in 0..<32 {
                    group.addTask {
                        for _ in 0..<count / 32 {
                            try await client.publishToIoTCore(
                                topicName: topic,
                                qos: .atLeastOnce,
                                payload: payload
                            )
                        }
                    }
                }
            }
        }
    }
}
