// SPDX-License-Identifier: Apache-2.0

internal import BenchmarkSupport
internal import CBaseline
internal import GreengrassIPC
internal import GreengrassIPCTesting

/// How long a simulator takes to be there, and a whole test of a component with one.
enum Starting {
    private static let rounds = 60

    static func measure(_ dialect: Dialect) async throws {
        var accepted: [Double] = []
        var tested: [Double] = []
        for _ in 0..<rounds {
            accepted.append(try await acceptance(dialect))
            tested.append(try await test(dialect))
        }
        report(dialect, "start to first accepted connection", accepted)
        report(dialect, "a test: start, client, event, call, stop", tested)
    }

    private static func report(_ dialect: Dialect, _ what: String, _ milliseconds: [Double]) {
        let samples = Samples(Array(milliseconds.dropFirst(5)))
        let figures =
            "p50 \(column(samples.median, 2, width: 6)) ms  p99 \(column(samples.percentile(0.99), 2, width: 6)) ms"
        SimulatorBenchmark.report(dialect, what, figures)
    }

    private static func configuration(_ dialect: Dialect) -> NucleusSimulator.Configuration {
        .init(
            dialect: dialect,
            components: [SimulatedComponent(name: "com.example.A", configuration: ["leaf": "value"])]
        )
    }

    private static func milliseconds(since started: UInt64) -> Double { Double(baseline_now() - started) / 1e6 }

    /// Until a client has its CONNECT acknowledged.
    private static func acceptance(_ dialect: Dialect) async throws -> Double {
        let started = baseline_now()
        let simulator = try await NucleusSimulator.start(configuration(dialect))
        let token = try await simulator.environment(forComponent: "com.example.A")["SVCUID"] ?? ""
        guard let load = baseline_load_make(simulator.socketPath), baseline_load_connect(load, token) == 0 else {
            preconditionFailure("the client failed")
        }
        let elapsed = milliseconds(since: started)
        baseline_load_close(load)
        await simulator.stop()
        return elapsed
    }

    /// What an author's test does: a component subscribes, gets an event and makes a call.
    private static func test(_ dialect: Dialect) async throws -> Double {
        let started = baseline_now()
        let simulator = try await NucleusSimulator.start(configuration(dialect))
        let token = try await simulator.environment(forComponent: "com.example.A")["SVCUID"] ?? ""
        let client = GreengrassIPCConfiguration(socketPath: simulator.socketPath, authentication: .svcuid(token))
        try await withGreengrassIPC(client) { client in
            try await client.subscribeToIoTCore(topicName: "a/+", qos: .atLeastOnce) { messages in
                await simulator.publish(topic: "a/b", payload: Array("hello".utf8))
                for try await case .message(let message) in messages {
                    guard message.topicName == "a/b" else { preconditionFailure("the event is not what was sent") }
                    break
                }
            }
            use(try await client.getConfiguration(keyPath: ["leaf"]))
        }
        guard await simulator.findings.isEmpty else { preconditionFailure("there are findings") }
        await simulator.stop()
        return milliseconds(since: started)
    }
}
