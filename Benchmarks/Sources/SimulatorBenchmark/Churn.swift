// SPDX-License-Identifier: Apache-2.0

internal import BenchmarkSupport
internal import CBaseline
internal import GreengrassIPCTesting

/// Components that come and go while others publish: each has a hundred subscriptions, wildcards among them.
enum Churn {
    private static let rounds = 100

    static func measure(_ dialect: Dialect) async throws {
        let names = (0..<2).map { "com.example.Component\($0)" }
        let simulator = try await NucleusSimulator.start(
            .init(dialect: dialect, components: names.map { SimulatedComponent(name: $0) })
        )
        var tokens: [String] = []
        for name in names { tokens.append(try await simulator.environment(forComponent: name)["SVCUID"] ?? "") }
        // Nine thousand subscriptions that stay.
        let staying = Load(simulator.socketPath)
        for connection in 0..<90 {
            staying.connect(tokens[0])
            for place in 0..<100 {
                staying.subscribe(connection, "SubscribeToIoTCore", format(place), connection * 100 + place)
            }
        }
        use(staying.settle())
        var seconds: [Double] = []
        for round in 0..<rounds {
            let load = Load(simulator.socketPath)
            let started = baseline_now()
            load.connect(tokens[1])
            for place in 0..<100 {
                load.subscribe(0, "SubscribeToIoTCore", format(place), 10_000 + round * 100 + place)
            }
            use(load.settle())
            load.close()
            while await simulator.openConnectionCount > 90 { await Task.yield() }
            seconds.append(Double(baseline_now() - started) / 1e9)
        }
        staying.close()
        await simulator.stop()
        SimulatorBenchmark.report(
            dialect,
            "100 of 9 100 subscriptions made and gone",
            "\(column(Samples(seconds).median * 1000, 2, width: 6)) ms"
        )
    }

    private static func format(_ place: Int) -> String {
        switch place % 3 {
        case 0: #"{"topicName":"churn/%d/state","qos":"1"}"#
        case 1: #"{"topicName":"churn/%d/+/state","qos":"1"}"#
        default: #"{"topicName":"churn/%d/#","qos":"1"}"#
        }
    }
}
