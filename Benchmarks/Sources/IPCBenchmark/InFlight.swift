// SPDX-License-Identifier: Apache-2.0

internal import BenchmarkSupport
internal import CBaseline
internal import GreengrassIPC

/// 64 tasks on the loop, each making one call after another.
enum InFlight {
    private static let tasks = 64
    private static let callsPerTask = 2000

    static func measure(_ peer: String) throws {
        let rates = try (0..<6).map { _ in try rate() }
        // The first warms up.
        let samples = Samples(Array(rates.dropFirst()))
        IPCBenchmark.report(peer, "\(tasks) calls in flight", "\(column(samples.median)) calls/s")
    }

    private static func rate() throws -> Double {
        try runGreengrassComponent { client in
            use(try await client.getConfiguration(keyPath: ["leaf"]))
            let started = baseline_now()
            try await withThrowingDiscardingTaskGroup { group in
                for _ in 0..<tasks {
                    group.addTask {
                        for _ in 0..<callsPerTask { use(try await client.getConfiguration(keyPath: ["leaf"])) }
                    }
                }
            }
            return Double(tasks * callsPerTask) * 1e9 / Double(baseline_now() - started)
        }
    }
}
