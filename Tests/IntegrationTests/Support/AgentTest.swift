// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import Testing

@testable import TunnelComponent

/// A simulated nucleus, the agent that it started, and what tests do with both.
struct AgentTest: Sendable {
    let nucleus: NucleusSimulator
    let agent: AgentProcess
    let loop: EventLoop
    let directory: TestDirectory
    /// Stands in every token of this test, and nowhere else.
    let mark: String

    static let component = "com.example.IoTTunnelAgent"
    static let topic = Notifications.topic()

    // MARK: - Notifications

    /// A token that tells the stand-in what to do.
    func token(_ directive: String, _ index: Int = 0) -> String { "\(mark)-\(directive)-n\(index)" }

    /// What a tunnel with this token is called in the log.
    func tunnel(_ token: String) throws -> String {
        TunnelID(digest: try #require(AccessToken(token)).digest).description
    }

    func publish(_ payload: [UInt8]) async {
        await nucleus.publish(topic: Self.topic, payload: payload)
    }

    func publish(_ text: String) async { await publish(Array(text.utf8)) }

    /// Opens a tunnel and waits for an event of it; answers what it is called in the log.
    @discardableResult
    func open(
        _ directive: String,
        _ index: Int = 0,
        services: [String] = ["SSH"],
        until event: String = "tunnel-connected",
        reason: String? = nil
    ) async throws -> String {
        let token = token(directive, index)
        let tunnel = try tunnel(token)
        await publish(Notifications.payload(token: token, services: services))
        for step in ["notification", "starting"] { try await seen(step, tunnel: tunnel) }
        try await seen(event, reason: reason, tunnel: tunnel)
        return tunnel
    }

    /// The agent still does its work.
    func expectAlive(_ name: String = "alive") async throws {
        try await open("connected-\(name)", until: "tunnel-connected")
        #expect(await agent.status == nil)
    }

    // MARK: - The log

    /// Waits until as many lines of this kind have come since the agent's start; answers the last of them.
    @discardableResult
    func seen(
        _ event: String,
        reason: String? = nil,
        tunnel: String? = nil,
        count: Int = 1,
        within limit: Duration = .seconds(15)
    ) async throws -> LogRecord {
        await agent.rewind()
        var record = LogRecord("")
        for _ in 0..<count {
            record = try await agent.wait(for: event, reason: reason, tunnel: tunnel, timeout: limit)
        }
        return record
    }

    func count(_ event: String, reason: String? = nil, tunnel: String? = nil) async -> Int {
        await agent.records.count { record in
            record.event == event && (reason == nil || record.reason == reason)
                && (tunnel == nil || record.tunnel == tunnel)
        }
    }

    // MARK: - Processes

    /// The proxies that run; between fork and exec a child is still the agent's image.
    func proxies() async -> [Int32] {
        let own = await agent.identifier
        return directory.processes().filter { process in
            process != own && ProcessTable.link(process, "exe") != Programs.agent
        }
    }

    func waitForProxies(_ count: Int, within limit: Duration = .seconds(10)) async throws {
        try await loop.eventually("\(count) proxies", within: limit) { await proxies().count == count }
    }

    /// No token stands where other processes of the same user can read it, and nothing of the nucleus in a proxy.
    func checkSecrets() async {
        let own = await agent.identifier
        let running = await proxies()
        for process in [own] + running {
            #expect(!ProcessTable.text(process, "cmdline").contains(mark))
            let environment = ProcessTable.text(process, "environ")
            #expect(!environment.contains(mark))
            if process != own { #expect(!environment.contains("SVCUID") && !environment.contains("AWS")) }
        }
        // The status file is among them; at the agent's end it is gone.
        #expect(directory.filesContaining(mark).isEmpty)
        #expect(!ProcessTable.children(of: own).values.contains("Z"))
    }

    /// The agent has ended so, and took no longer.
    func expectEnd(_ status: EventReactor.ExitStatus, after start: Instant, within limit: Duration) async {
        #expect(await agent.waitForExit() == status)
        #expect(Instant.now() - start < limit)
    }

    /// Ends the agent if it still runs; then nothing may be left of it, neither a process nor a secret.
    func finish() async throws {
        if await agent.status == nil {
            await checkSecrets()
            let start = Instant.now()
            await agent.send(signal: SignalSource.terminate)
            await expectEnd(.exited(0), after: start, within: .seconds(4))
        }
        try await loop.eventually("no process is left") { directory.processes().isEmpty }
        let revealing = await agent.records.filter { $0.line.contains(mark) }
        #expect(revealing.isEmpty)
        #expect(directory.filesContaining(mark).isEmpty)
        if case .exited = await agent.status { #expect(directory.names(directory.work).isEmpty) }
    }
}
