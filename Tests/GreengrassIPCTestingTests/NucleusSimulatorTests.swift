// SPDX-License-Identifier: Apache-2.0

import EventReactor
import EventStream
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

@Suite("Simulator", .timeLimit(.minutes(1)))
struct NucleusSimulatorTests {
    private func with(
        _ configuration: NucleusSimulator.Configuration,
        _ body: (NucleusSimulator) async throws -> Void
    ) async throws {
        let simulator = try await NucleusSimulator.start(configuration)
        do {
            try await body(simulator)
        } catch {
            await simulator.stop()
            throw error
        }
        await simulator.stop()
        #expect(!Files.exists(simulator.socketPath))
    }

    private func configuration(_ dialect: Dialect) -> NucleusSimulator.Configuration {
        NucleusSimulator.Configuration(
            dialect: dialect,
            components: [SimulatedComponent(name: "a", configuration: ["leaf": 7]), SimulatedComponent(name: "b")]
        )
    }

    @Test("Connect, subscribe, hear, call, close", arguments: Dialect.allCases)
    func session(dialect: Dialect) async throws {
        try await with(configuration(dialect)) { simulator in
            let client = try await WireClient.login(to: simulator, as: "a")
            #expect(await client.call(ClientFrame.subscribe(1, "x/+")).shape == "SubscribeToIoTCoreResponse")
            try await simulator.waitForSubscription(filter: "x/+")
            await simulator.publish(topic: "x/y", payload: Array("hello".utf8))
            #expect(await client.next().json?["message"]?["payload"] == "aGVsbG8=")
            let reply = await client.call(ClientFrame.call(2, "GetConfiguration", #"{"keyPath":["leaf"]}"#))
            #expect(reply.json?["value"]?["leaf"] == 7)
            #expect(await simulator.calls.map(\.operation) == ["SubscribeToIoTCore", "GetConfiguration"])
            #expect(await simulator.subscriptions.map(\.component) == ["a"])
            await client.close()
            try await simulator.waitForNoSubscription(filter: "x/+")
            #expect(await simulator.findings.isEmpty)
        }
    }

    @Test("The environment is the nucleus's", arguments: Dialect.allCases)
    func environment(dialect: Dialect) async throws {
        try await with(configuration(dialect)) { simulator in
            let environment = try await simulator.environment(forComponent: "a")
            #expect(environment["SVCUID"]?.utf8.count == 16)
            #expect(environment["SVCUID"] == environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"])
            #expect(environment["AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT"] == simulator.socketPath)
            #expect(environment["AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH"] != nil || dialect == .lite)
            #expect(environment["AWS_IOT_THING_NAME"] == "MyThing")
            #expect(try await simulator.environment(forComponent: "b")["SVCUID"] != environment["SVCUID"])
            await #expect(throws: NucleusSimulatorError.self) { try await simulator.environment(forComponent: "c") }
        }
    }

    @Test("A restart brings new tokens, and no socket meanwhile")
    func restart() async throws {
        try await with(configuration(.classic)) { simulator in
            let client = try await WireClient.login(to: simulator, as: "a")
            let old = try await simulator.environment(forComponent: "a")["SVCUID"] ?? ""
            async let restarted: Void = simulator.restart(downtime: .milliseconds(30))
            #expect(await client.next() == .closed)
            try await restarted
            let refused = try await WireClient.connect(to: simulator)
            #expect(await refused.call(ClientFrame.connect(old)).flags == 0)
            #expect(await refused.next() == .closed)
            _ = try await WireClient.login(to: simulator, as: "a")
        }
    }

    @Test("Faults on the wire: byte by byte, late, half a message")
    func faults() async throws {
        try await with(configuration(.classic)) { simulator in
            let client = try await WireClient.login(to: simulator, as: "a")
            let before = await client.readCount
            await simulator.inject(.splitEveryByte)
            #expect(await client.call(ClientFrame.call(1, "GetConfiguration")).shape == "GetConfigurationResponse")
            #expect(await client.readCount - before > 100)
            await simulator.inject(.replyLate(.milliseconds(20)), at: .reply(to: "GetConfiguration"))
            // In one write, so that no pause of this process comes between them.
            let both = ClientFrame.call(2, "GetConfiguration") + ClientFrame.call(3, "GetConfiguration")
            #expect(await client.call(both).stream == 3)
            #expect(await client.next().stream == 2)
            await simulator.inject(.closeMidFrame)
            #expect(await client.call(ClientFrame.call(4, "GetConfiguration")) == .closed)
        }
    }

    @Test("A stream closed and subscribed again at once is deaf for the window that was set")
    func deaf() async throws {
        var configuration = configuration(.classic)
        configuration.unsubackDelay = .seconds(60)
        try await with(configuration) { simulator in
            let client = try await WireClient.login(to: simulator, as: "a")
            _ = await client.call(ClientFrame.subscribe(1, "x"))
            await client.send(ClientFrame.terminate(1))
            _ = await client.call(ClientFrame.subscribe(2, "x"))
            #expect(await simulator.subscriptions.map(\.isDeaf) == [true])
            #expect(await simulator.findings.map(\.rule) == [.subscribeBeforeUnsuback])
        }
    }

    @Test("Many clients and many calls", arguments: Dialect.allCases)
    func many(dialect: Dialect) async throws {
        try await with(configuration(dialect)) { simulator in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        let client = try await WireClient.login(to: simulator, as: "a")
                        for stream in Int32(1)...25 { await client.send(ClientFrame.call(stream, "GetConfiguration")) }
                        var streams: Set<Int32> = []
                        for _ in 1...25 { streams.insert(await client.next().stream ?? 0) }
                        return streams.count
                    }
                }
                for try await count in group { #expect(count == 25) }
            }
            #expect(await simulator.calls.count == 1000)
        }
    }

    @Test("Waiting ends: in time-out, by cancellation, with the simulator")
    func waiting() async throws {
        let simulator = try await NucleusSimulator.start(configuration(.lite))
        let timedOut = await #expect(throws: NucleusSimulatorError.self) {
            try await simulator.waitForSubscription(filter: "never", timeout: .milliseconds(10))
        }
        #expect(timedOut?.code == .timedOut)
        let task = Task { try await simulator.waitForCall("Never") }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let stopped = Task { try await simulator.waitForPublication(topic: "never") }
        await simulator.stop()
        let error = await #expect(throws: NucleusSimulatorError.self) { try await stopped.value }
        #expect(error?.code == .stopped)
    }

    @Test("A path that is too long, or taken, is refused; a stale file is replaced")
    func paths() async throws {
        let directory = try Files.makeTemporaryDirectory(prefix: "simulator-")
        defer { Files.remove(directory) }
        var configuration = configuration(.lite)
        configuration.socketPath = directory + "/" + String(repeating: "x", count: 108)
        let long = await #expect(throws: NucleusSimulatorError.self) { try await NucleusSimulator.start(configuration) }
        #expect(long?.message.contains("at most 107") == true)
        configuration.socketPath = directory + "/ipc.socket"
        let first = try await NucleusSimulator.start(configuration)
        let taken = await #expect(throws: NucleusSimulatorError.self) {
            try await NucleusSimulator.start(configuration)
        }
        #expect(taken?.code == .cannotListen)
        await first.stop()
        let second = try await NucleusSimulator.start(configuration)
        await second.stop()
    }

    @Test("Tokens are checked")
    func tokens() async throws {
        for components in [
            [SimulatedComponent(name: "a", token: "short")],
            [
                SimulatedComponent(name: "a", token: "ABCDEFGHIJKLMNOP"),
                SimulatedComponent(name: "b", token: "ABCDEFGHIJKLMNOP"),
            ],
        ] {
            let error = await #expect(throws: NucleusSimulatorError.self) {
                try await NucleusSimulator.start(NucleusSimulator.Configuration(components: components))
            }
            #expect(error?.code == .invalidToken)
            #expect(error?.description.contains("ABCDEFGH") == false)
        }
    }
}
