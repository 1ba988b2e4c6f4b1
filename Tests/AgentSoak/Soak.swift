// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import Foundation
import GreengrassIPC
import GreengrassIPCTesting

/// Tunnels and faults in random order, and after each what must hold.
final actor Soak {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    struct Broken: Error, CustomStringConvertible {
        let description: String
    }

    private static let component = "com.example.IoTTunnelAgent"
    private static let lifetime = 10
    /// How much private memory a process may gain after its first calm moment, in KiB.
    private static let memoryLimit = 1024

    private let agentPath: String
    private let proxyPath: String
    private let directory: String
    private let tally: Tally
    private var random: SeededRandom
    private var published = 0
    private var tokens = 0
    private var steps: [String: Int] = [:]
    private var baseline: (descriptors: [String], memory: Int)?
    private var highest = 0

    init(loop: EventLoop, seed: UInt64) throws {
        self.loop = loop
        random = SeededRandom(seed: seed)
        tally = Tally(mark: "AQGAsoak\(seed)x")
        let own = CurrentProcess.executablePath ?? ""
        agentPath = BuiltProgram.path("iot-tunnel-agent", besides: own)
        proxyPath = BuiltProgram.path("localproxy-stand-in", besides: own)
        for path in [agentPath, proxyPath] where !Files.isExecutable(path) {
            throw Broken(description: "\(path) is missing or not executable")
        }
        directory = try Files.makeTemporaryDirectory(prefix: "agent-soak-")
    }

    func run(for duration: Duration) async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let nucleus = try await NucleusSimulator.start(
            .init(components: [SimulatedComponent(name: Self.component, configuration: configuration())]),
            on: loop
        )
        do {
            try await run(nucleus, until: .now() + duration)
        } catch {
            await nucleus.stop()
            throw error
        }
        await nucleus.stop()
    }

    private func run(_ nucleus: NucleusSimulator, until end: Instant) async throws {
        var agent = try await launch(nucleus)
        var nextCalm = Instant.now() + .seconds(5)
        var nextWord = Instant.now() + .seconds(60)
        while Instant.now() < end {
            if Instant.now() >= nextCalm {
                try await calm(agent)
                nextCalm = .now() + .seconds(60)
            }
            if Instant.now() >= nextWord {
                say()
                nextWord = .now() + .seconds(60)
            }
            if let relaunched = try await step(nucleus, agent) { agent = relaunched }
            try await loop.sleep(for: .milliseconds(Int64.random(in: 20...1500, using: &random)))
        }
        try await calm(agent)
        try await finish(agent, signal: SignalSource.terminate)
        say()
        Main.say("soak: log lines: \(tally.summary)")
    }

    // MARK: - Steps

    /// Does one random thing; answers the agent that took the other's place, if one did.
    private func step(_ nucleus: NucleusSimulator, _ agent: AgentProcess) async throws -> AgentProcess? {
        switch Int.random(in: 0..<200, using: &random) {
        case 0..<90:
            count("tunnels")
            try await open(nucleus, agent)
        case 90..<140:
            count("proxy killed")
            let own = await agent.identifier
            if let victim = proxies(besides: own).randomElement(using: &random) { ProcessView.kill(victim) }
        case 140..<155:
            count("flood")
            try await flood(nucleus, agent)
        case 155..<180:
            count("configuration changed")
            await nucleus.updateConfiguration(of: Self.component, merging: change())
        case 180..<198:
            count("nucleus restarted")
            let downtime = Duration.milliseconds(Int64.random(in: 0...800, using: &random))
            try await nucleus.restart(newTokens: false, downtime: downtime)
            try await nucleus.waitForSubscription(filter: Notifications.topic(), timeout: .seconds(45))
        default:
            count("nucleus restarted, agent relaunched")
            // An agent that finds a bad configuration when it starts offers nothing.
            await nucleus.updateConfiguration(of: Self.component, merging: ["maxConcurrentTunnels": "20"])
            let isKilled = Bool.random(using: &random)
            try await finish(agent, signal: isKilled ? SignalSource.kill : SignalSource.terminate)
            try await nucleus.restart(newTokens: true)
            return try await launch(nucleus)
        }
        return nil
    }

    private static let directives = [
        "connected", "connected", "connected", "closed-50", "closed-2000", "streams-50", "dropped-200", "refused-403",
        "crash-100", "abort-50", "hang", "flood", "network-500", "tls-500", "mapping", "unreachable", "otherversion",
    ]

    private func open(_ nucleus: NucleusSimulator, _ agent: AgentProcess) async throws {
        for _ in 0..<Int.random(in: 1...5, using: &random) {
            let directive = Self.directives.randomElement(using: &random) ?? "connected"
            let services = Bool.random(using: &random) ? ["SSH"] : ["SSH", "WEB"]
            await nucleus.publish(
                topic: Notifications.topic(),
                payload: Notifications.payload(token: token(directive), services: services)
            )
            published += 1
        }
        try await answered(agent)
    }

    /// Valid ones among many that are not.
    private func flood(_ nucleus: NucleusSimulator, _ agent: AgentProcess) async throws {
        for index in 0..<Int.random(in: 50...300, using: &random) {
            let payload: [UInt8]
            switch Int.random(in: 0..<5, using: &random) {
            case 0: payload = Array("not JSON".utf8)
            case 1: payload = Notifications.payload(token: token("connected"), services: ["TELNET"])
            case 2: payload = Notifications.payload(token: token("connected"), mode: "source")
            case 3: payload = Array(repeating: UInt8(ascii: "["), count: 5000)
            default: payload = Notifications.payload(token: "", services: [])
            }
            await nucleus.publish(topic: Notifications.topic(), payload: payload)
            if index % 20 == 19 { try await loop.sleep(for: .milliseconds(10)) }
        }
        try await open(nucleus, agent)
    }

    private func change() -> JSONValue {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: ["maxConcurrentTunnels": .string(String(Int.random(in: 2...25, using: &random)))]
        case 1: ["maxConcurrentTunnels": "many"]
        case 2: ["maxConcurrentTunnels": "20", "logLevel": "info"]
        case 3: ["services": ["EXTRA": .integer(Int64.random(in: 1...60_000, using: &random))]]
        default: ["resubscribeSeconds": .string(String(Int.random(in: 5...60, using: &random)))]
        }
    }

    // MARK: - What must hold

    /// Every valid notification has been answered.
    private func answered(_ agent: AgentProcess) async throws {
        try await eventually("\(published) answers, not \(tally.answers)", within: .seconds(30), agent) {
            self.tally.answers == self.published
        }
        guard tally.answers == published else {
            throw Broken(description: "\(tally.answers) answers to \(published) notifications")
        }
    }

    /// Once all tunnels are over, nothing is left of them; the process has what it had before.
    private func calm(_ agent: AgentProcess) async throws {
        let own = await agent.identifier
        // A proxy that crashed is launched again a while later, so that none runs does not tell that all is over.
        try await eventually("all tunnels end", within: .seconds(Int64(Self.lifetime) + 20), agent) {
            let records = await agent.records
            let begun = records.count { $0.event == "notification" }
            return records.count { $0.event == "ended" } == begun && self.proxies(besides: own).isEmpty
        }
        let descriptors = try await settledDescriptors(own)
        // A sanitizer reserves terabytes, keeps what is freed, and has a thread.
        let isSanitized = ProcessView.number(own, "status", "VmSize") > 1 << 30
        // Not the private dirty memory: pages of a freshly written binary are among that.
        let memory = ProcessView.number(own, "smaps_rollup", "Anonymous")
        highest = max(highest, memory)
        let first = baseline ?? (descriptors, memory)
        baseline = first
        guard memory - first.memory <= Self.memoryLimit || isSanitized else {
            throw Broken(description: "private memory grew from \(first.memory) to \(memory) KiB")
        }
        guard descriptors.count <= first.descriptors.count else {
            throw Broken(description: "descriptors \(descriptors), before \(first.descriptors)")
        }
        let threads = ProcessView.number(own, "status", "Threads")
        guard threads == 1 || isSanitized else { throw Broken(description: "\(threads) threads") }
        try checkSecrets(own)
        Main.say("soak: calm: \(descriptors.count) descriptors, \(memory) KiB private")
    }

    /// The least of a second and a half: the status file may be open, or the second stream of a renewal.
    private func settledDescriptors(_ process: Int32) async throws -> [String] {
        var least = ProcessView.descriptors(of: process)
        for _ in 0..<15 {
            let now = ProcessView.descriptors(of: process)
            if now.count < least.count { least = now }
            try await loop.sleep(for: .milliseconds(100))
        }
        return least
    }

    private func checkSecrets(_ own: Int32) throws {
        if let line = tally.linesWithToken.first { throw Broken(description: "a token in the log: \(line)") }
        for process in [own] + proxies(besides: own) {
            for file in ["cmdline", "environ"] where ProcessView.text(process, file).contains(tally.mark) {
                throw Broken(description: "a token in \(file) of process \(process)")
            }
        }
        for name in (try? FileManager.default.subpathsOfDirectory(atPath: directory)) ?? [] {
            let content = (try? Files.read(directory + "/" + name)) ?? []
            if String(decoding: content, as: UTF8.self).contains(tally.mark) {
                throw Broken(description: "a token in the file \(name)")
            }
        }
    }

    /// Ends the agent; no proxy may outlive it.
    private func finish(_ agent: AgentProcess, signal: Int32) async throws {
        let start = Instant.now()
        let status = await agent.stop(signal: signal)
        guard signal == SignalSource.kill || status == .exited(0) else {
            throw Broken(description: "the agent ended by \(status)")
        }
        guard Instant.now() - start < .seconds(5) else { throw Broken(description: "the agent ended too slowly") }
        try await eventually("no process is left", within: .seconds(10), agent) {
            ProcessView.processes(in: self.directory).isEmpty
        }
        baseline = nil
    }

    private func eventually(
        _ what: String,
        within limit: Duration,
        _ agent: AgentProcess,
        _ condition: () async -> Bool
    ) async throws {
        let deadline = Instant.now() + limit
        while await !condition() {
            guard Instant.now() < deadline else {
                let last = await agent.records.suffix(40).map(\.line).joined(separator: "\n")
                throw Broken(description: "not within \(limit): \(what); the log's end:\n\(last)")
            }
            try await loop.sleep(for: .milliseconds(20))
        }
    }

    // MARK: - Helpers

    private func launch(_ nucleus: NucleusSimulator) async throws -> AgentProcess {
        let agent = try await AgentProcess.launch(
            agentPath,
            environment: try await nucleus.environment(forComponent: Self.component),
            workingDirectory: directory,
            loop: loop,
            echo: tally.take
        )
        try await agent.wait(for: "subscribed")
        try await nucleus.waitForSubscription(filter: Notifications.topic())
        return agent
    }

    private func proxies(besides agent: Int32) -> [Int32] {
        ProcessView.processes(in: directory).filter { process in
            process != agent && Files.link("/proc/\(process)/exe") != agentPath
        }
    }

    private func token(_ directive: String) -> String {
        tokens += 1
        return "\(tally.mark)-\(directive)-n\(tokens)"
    }

    private func count(_ step: String) { steps[step, default: 0] += 1 }

    private func say() {
        let steps = steps.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        Main.say("soak: \(published) valid notifications, \(tally.answers) answered; \(steps); at most \(highest) KiB")
    }

    private func configuration() -> JSONValue {
        [
            "services": ["SSH": "127.0.0.1:22", "WEB": "127.0.0.1:8080"],
            "localproxyPath": .string(proxyPath),
            "tunnelTimeoutSeconds": .string(String(Self.lifetime)),
            "connectTimeoutSeconds": "3",
            "maxTunnelsPerMinute": "600",
            "accessControl": [
                "aws.greengrass.ipc.mqttproxy": [
                    "tunnels:1": [
                        "operations": ["aws.greengrass#SubscribeToIoTCore"],
                        "resources": ["$aws/things/+/tunnels/notify"],
                    ]
                ]
            ],
        ]
    }
}
