// SPDX-License-Identifier: Apache-2.0

internal import BenchmarkSupport
internal import CBaseline
internal import Glibc
internal import GreengrassIPC
internal import Synchronization

/// 10 000 calls at once, then 1 000 subscriptions at once, on one connection: each call is answered, each subscription
/// gets each event, and the memory that it took.
enum Scale {
    private static let calls = 10_000
    private static let subscriptions = 1_000
    private static let eventsEach = 20

    static func measure(_ peer: String) throws {
        let before = residentMemory()
        let answered = Counter()
        let seconds = try runGreengrassComponent { client in
            use(try await client.getConfiguration(keyPath: ["leaf"]))
            let started = baseline_now()
            try await withThrowingDiscardingTaskGroup { group in
                for _ in 0..<calls {
                    group.addTask {
                        use(try await client.getConfiguration(keyPath: ["leaf"]))
                        answered.add()
                    }
                }
            }
            return Double(baseline_now() - started) / 1e9
        }
        IPCBenchmark.report(
            peer,
            "\(calls) calls at once",
            "\(answered.value) answered in \(column(seconds * 1000)) ms, \(peak() - before) kB"
        )
        try measureSubscriptions(peer)
    }

    private static func measureSubscriptions(_ peer: String) throws {
        let before = residentMemory()
        let ready = Counter()
        let received = Counter()
        let seconds = try runGreengrassComponent { client in
            try await withThrowingTaskGroup { group in
                let (allReady, gate) = AsyncStream.makeStream(of: Void.self)
                for number in 0..<subscriptions {
                    group.addTask {
                        let topic = "benchmark/scale/\(number)"
                        try await client.subscribeToIoTCore(topicName: topic, qos: .atLeastOnce) { messages in
                            let count = ready.add()
                            if count == subscriptions { gate.finish() }
                            var left = eventsEach
                            for try await case .message(let message) in messages where message.topicName == topic {
                                received.add()
                                left -= 1
                                if left == 0 { break }
                            }
                        }
                    }
                }
                for await _ in allReady {}
                let started = baseline_now()
                for _ in 0..<eventsEach {
                    try await withThrowingDiscardingTaskGroup { publishing in
                        for number in 0..<subscriptions {
                            publishing.addTask {
                                try await client.publishToIoTCore(topicName: "benchmark/scale/\(number)", text: "x")
                            }
                        }
                    }
                }
                try await group.waitForAll()
                return Double(baseline_now() - started) / 1e9
            }
        }
        let count = received.value
        IPCBenchmark.report(
            peer,
            "\(subscriptions) subscriptions, \(eventsEach) events each",
            "\(count) of \(subscriptions * eventsEach) received in \(column(seconds * 1000)) ms, \(peak() - before) kB"
        )
    }

    /// Kilobytes.
    private static func residentMemory() -> Int { status("VmRSS:") }
    private static func peak() -> Int { status("VmHWM:") }

    private static func status(_ key: String) -> Int {
        guard let file = fopen("/proc/self/status", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, 256, file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if text.hasPrefix(key) { return Int(text.filter(\.isNumber)) ?? 0 }
        }
        return 0
    }
}

private final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    /// Answers the new count.
    @discardableResult
    func add() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}
