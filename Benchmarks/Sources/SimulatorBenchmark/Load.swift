// SPDX-License-Identifier: Apache-2.0

internal import BenchmarkSupport
internal import CBaseline
internal import Glibc

/// Clients in C, against a simulator or its stand-in. A failure ends the benchmark.
final class Load {
    /// What a run of publishing came to.
    struct Rate {
        var publishesPerSecond: Double
        var eventsPerSecond: Double
        /// What the server's thread took, for each event or each publish.
        var serverNanosecondsPerEvent: Double
        var clientNanosecondsPerEvent: Double
        var bytesPerEvent: Double
    }

    private let load: OpaquePointer

    init(_ socketPath: String) {
        guard let load = baseline_load_make(socketPath) else { preconditionFailure("no memory for the clients") }
        self.load = load
    }

    func connect(_ token: String) { check(baseline_load_connect(load, token), "connect") }

    func subscribe(_ connection: Int, _ operation: String, _ format: String, _ number: Int) {
        check(
            baseline_load_subscribe(load, connection, "aws.greengrass#" + operation, format, Int32(number)),
            "subscribe"
        )
    }

    /// Seconds until everything is answered.
    func settle() -> Double {
        let started = baseline_now()
        check(baseline_load_settle(load), "wait for the answers")
        return Double(baseline_now() - started) / 1e9
    }

    struct Publishing {
        var operation = "PublishToIoTCore"
        /// The payload, with a `%d`.
        var format: String
        /// How many values the `%d` has, and from one publish to the next.
        var topics: Int
        var stride = 1
        var publishers: Int
        var window: Int
        var count: Int
        var fanout: Int
    }

    func publish(_ publishing: Publishing) -> Rate {
        var result = baseline_load_result()
        let process = baseline_process_time()
        let count = publishing.count
        check(
            baseline_load_publish(
                load,
                publishing.publishers,
                publishing.window,
                "aws.greengrass#" + publishing.operation,
                publishing.format,
                Int32(publishing.topics),
                Int32(publishing.stride),
                UInt64(count),
                UInt64(count * publishing.fanout),
                &result
            ),
            "publish"
        )
        let seconds = Double(result.elapsed) / 1e9
        let events = Double(result.events)
        let server = Double(baseline_process_time() - process) - Double(result.cpu)
        return Rate(
            publishesPerSecond: Double(count) / seconds,
            eventsPerSecond: events / seconds,
            serverNanosecondsPerEvent: server / events,
            clientNanosecondsPerEvent: Double(result.cpu) / events,
            bytesPerEvent: Double(result.bytes) / events
        )
    }

    func close() { baseline_load_close(load) }

    private func check(_ result: Int32, _ what: String) {
        guard result != 0 else { return }
        preconditionFailure("cannot \(what): \(String(cString: strerror(errno)))")
    }
}
