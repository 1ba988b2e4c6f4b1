// SPDX-License-Identifier: Apache-2.0

internal import BenchmarkSupport
internal import CBaseline
internal import GreengrassIPC

/// GetConfiguration one after another: a blocking client in C, ours from the loop, ours from another executor, taking
/// turns so that the machine's moods meet all three.
enum Calls {
    private static let rounds = 7
    private static let callsPerRound = 4000
    private static let warmUp = 500

    private struct Latencies {
        var medians: [Double] = []
        var highs: [Double] = []

        mutating func add(_ nanoseconds: [UInt64]) {
            let samples = Samples(nanoseconds.dropFirst(warmUp).map { Double($0) / 1000 })
            medians.append(samples.median)
            highs.append(samples.percentile(0.99))
        }

        /// The median round.
        var p50: Double { Samples(medians).median }
        var p99: Double { Samples(highs).median }
    }

    static func measure(_ peer: String) throws {
        let configuration = try GreengrassIPCConfiguration.fromEnvironment()
        guard case .svcuid(let token) = configuration.authentication else { return }
        var baseline = Latencies()
        var onLoop = Latencies()
        var elsewhere = Latencies()
        for _ in 0..<rounds {
            var times = [UInt64](repeating: 0, count: callsPerRound)
            guard baseline_calls(configuration.socketPath, token, callsPerRound, &times) == 0 else {
                preconditionFailure("the blocking client failed")
            }
            baseline.add(times)
            let ours = try runGreengrassComponent(configuration) { client in
                let near = try await calls(client)
                let far = try await Task { @concurrent in try await calls(client) }.value
                return (near, far)
            }
            onLoop.add(ours.0)
            elsewhere.add(ours.1)
        }
        report(peer, "one call, blocking C client", baseline, baseline)
        report(peer, "one call, caller on the loop", onLoop, baseline)
        report(peer, "one call, caller on another executor", elsewhere, baseline)
    }

    private static func report(_ peer: String, _ what: String, _ latencies: Latencies, _ baseline: Latencies) {
        let figures =
            "p50 \(column(latencies.p50, 1, width: 6)) us  p99 \(column(latencies.p99, 1, width: 6)) us"
            + "  \(column(latencies.p50 / baseline.p50, 2, width: 5)) x C"
        IPCBenchmark.report(peer, what, figures)
    }

    private static func calls(_ client: GreengrassIPCClient) async throws -> [UInt64] {
        var times: [UInt64] = []
        times.reserveCapacity(callsPerRound)
        for _ in 0..<callsPerRound {
            let started = baseline_now()
            use(try await client.getConfiguration(keyPath: ["leaf"]))
            times.append(baseline_now() - started)
        }
        return times
    }
}
