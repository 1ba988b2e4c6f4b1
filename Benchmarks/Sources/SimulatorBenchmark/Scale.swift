// SPDX-License-Identifier: Apache-2.0

internal import BenchmarkSupport
internal import CBaseline
internal import GreengrassIPCTesting

/// A hundred components with a hundred subscriptions each, and messages among them.
enum Scale {
    static let components = 100
    static let each = 100
    static let payload = String(repeating: "QUJDREVGR0g", count: 31) + "A=="

    private static let iotCore = #"{"topicName":"load/%d/state","qos":"1"}"#
    private static let iotCorePublish = #"{"topicName":"load/%d/state","qos":"1","payload":"\#(payload)"}"#
    private static let shared = #"{"topicName":"all/+/state","qos":"1"}"#
    private static let sharedPublish = #"{"topicName":"all/%d/state","qos":"1","payload":"\#(payload)"}"#
    private static let local = #"{"topic":"load/%d/state"}"#
    private static let localPublish =
        #"{"topic":"load/%d/state","publishMessage":{"binaryMessage":{"message":"\#(payload)"}}}"#

    static func measure(_ dialect: Dialect) async throws {
        let spread = Load.Publishing(
            format: iotCorePublish,
            topics: components * each,
            stride: 7,
            publishers: components,
            window: 16,
            count: 200_000,
            fanout: 1
        )
        try await measure(dialect, "each message to one of 10 000 streams", spread) { load in
            subscribeAll(load, "SubscribeToIoTCore", iotCore)
        }
        var fan = spread
        fan.format = sharedPublish
        fan.count = 20_000
        fan.fanout = components
        fan.publishers = 10
        try await measure(dialect, "each message to 100 of 10 000 streams", fan) { load in
            // The same 9 900 as before, and one more each that every component shares.
            for connection in 0..<components {
                for place in 0..<(each - 1) {
                    load.subscribe(connection, "SubscribeToIoTCore", iotCore, connection * each + place)
                }
                load.subscribe(connection, "SubscribeToIoTCore", shared, 0)
            }
        }
        var among = spread
        among.operation = "PublishToTopic"
        among.format = localPublish
        try await measure(dialect, "local, each to one of 10 000 streams", among) { load in
            subscribeAll(load, "SubscribeToTopic", local)
        }
    }

    private static func subscribeAll(_ load: Load, _ operation: String, _ format: String) {
        for connection in 0..<components {
            for place in 0..<each { load.subscribe(connection, operation, format, connection * each + place) }
        }
    }

    private static func measure(
        _ dialect: Dialect,
        _ what: String,
        _ publishing: Load.Publishing,
        _ subscribe: (Load) -> Void
    ) async throws {
        Memory.forgetPeak()
        let start = Memory.resident()
        let names = (0..<components).map { "com.example.Component\($0)" }
        let simulator = try await NucleusSimulator.start(
            .init(dialect: dialect, components: names.map { SimulatedComponent(name: $0) })
        )
        let load = Load(simulator.socketPath)
        for name in names { load.connect(try await simulator.environment(forComponent: name)["SVCUID"] ?? "") }
        subscribe(load)
        let subscribed = load.settle()
        let held = Memory.resident()
        let rates = (0..<3).map { _ in load.publish(publishing) }
        let bound = bound(publishing, bytes: rates[0].bytesPerEvent)
        load.close()
        try await gone(simulator)
        let left = Memory.resident()
        await simulator.stop()

        let median = rates.sorted { $0.eventsPerSecond < $1.eventsPerSecond }[1]
        SimulatorBenchmark.report(
            dialect,
            what,
            "\(column(median.eventsPerSecond)) events/s of \(column(median.publishesPerSecond)) messages/s; C"
                + "\(column(bound.eventsPerSecond)) events/s, ratio"
                + "\(column(median.eventsPerSecond / bound.eventsPerSecond, 2, width: 5))"
        )
        SimulatorBenchmark.report(
            dialect,
            "",
            "server's processor time \(column(median.serverNanosecondsPerEvent)) ns an event; C"
                + "\(column(bound.serverNanosecondsPerEvent)) ns"
        )
        SimulatorBenchmark.report(
            dialect,
            "",
            "10 000 subscriptions made in \(column(subscribed * 1000, width: 4)) ms; MB: start \(column(start, 1, width: 5)),"
                + " subscribed \(column(held, 1, width: 5)), peak \(column(Memory.peak(), 1, width: 5)),"
                + " all gone \(column(left, 1, width: 5))"
        )
    }

    /// Until the simulator has seen every connection end.
    private static func gone(_ simulator: NucleusSimulator) async throws {
        while await simulator.openConnectionCount > 0 { await Task.yield() }
    }

    /// The same messages through the server in C, whose events have as many bytes.
    private static func bound(_ publishing: Load.Publishing, bytes: Double) -> Load.Rate {
        let path = "/tmp/benchmark-\(baseline_now()).socket"
        // Beside each event there is an answer, and an event has some 150 bytes of headers.
        let answer = 150 / Double(publishing.fanout)
        guard let copier = baseline_copier_start(path, publishing.fanout, max(1, Int(bytes - answer) - 150)) else {
            preconditionFailure("the server in C does not start")
        }
        let load = Load(path)
        for _ in 0..<components { load.connect("0123456789ABCDEF") }
        for connection in 0..<components { load.subscribe(connection, "SubscribeToIoTCore", iotCore, connection) }
        _ = load.settle()
        var publishing = publishing
        publishing.operation = "PublishToIoTCore"
        publishing.format = iotCorePublish
        let rates = (0..<3).map { _ in load.publish(publishing) }
        load.close()
        baseline_copier_stop(copier)
        return rates.sorted { $0.eventsPerSecond < $1.eventsPerSecond }[1]
    }
}
