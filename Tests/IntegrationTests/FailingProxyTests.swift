// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting
import Testing

/// Proxies that do not do what they should: the agent says why, and lives on.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct FailingProxyTests {
    @Test(arguments: [
        ("refused-403", "rejected"), ("refused-429", "rejected"), ("closed-10", "closed"),
        ("mapping", "wrong-configuration"), ("otherversion", "rejected"),
    ])
    func `A proxy that ends has its reason told`(_ directive: String, _ reason: String) async throws {
        try await withAgent { test in
            let tunnel = try await test.open(directive, until: "ended", reason: reason)
            #expect(await test.count("ended", tunnel: tunnel) == 1)
            #expect(await test.count("starting", tunnel: tunnel) == 1)
            try await test.waitForProxies(0)
            try await test.expectAlive()
        }
    }

    /// The last number is how many lines one failed attempt prints.
    @Test(arguments: [
        ("tls-200", "tls", 1), ("network-200", "network", 1), ("webproxy-200", "network", 2), ("500-200", "network", 1),
    ])
    func `One that tries for ever is ended by the deadline`(
        _ directive: String,
        _ reason: String,
        _ lines: Int
    ) async throws {
        try await withAgent(AgentSetup(configuration: ["connectTimeoutSeconds": 1])) { test in
            let start = Instant.now()
            try await test.open(directive, until: "ended", reason: reason)
            #expect(Instant.now() - start > .milliseconds(900))
            // What the matter is stands in the log once; the repetitions do not.
            #expect(await test.count("connecting", reason: reason) == lines)
            try await test.expectAlive()
        }
    }

    @Test func `One that hangs and ignores SIGTERM is killed`() async throws {
        try await withAgent(AgentSetup(configuration: ["connectTimeoutSeconds": "1"])) { test in
            let start = Instant.now()
            try await test.open("hang", until: "ended", reason: "timeout")
            // A second to connect, three from SIGTERM to SIGKILL.
            #expect((Duration.milliseconds(3900)..<Duration.seconds(8)).contains(Instant.now() - start))
            try await test.waitForProxies(0)
            try await test.expectAlive()
        }
    }

    @Test func `A tunnel's lifetime ends it`() async throws {
        try await withAgent(AgentSetup(configuration: ["tunnelTimeoutSeconds": "1"])) { test in
            let tunnel = try await test.open("connected")
            try await test.seen("ended", reason: "lifetime", tunnel: tunnel)
            try await test.waitForProxies(0)
        }
    }

    @Test func `A proxy that crashes is launched again with the same pair of tokens`() async throws {
        try await withNucleus { _, directory, _ in
            // Beside the working directory, where tokens may lie in this test alone.
            let script = try directory.write("recorder", Self.recorder, mode: 0o755)
            try await withAgent(AgentSetup(configuration: ["localproxyPath": .string(script)])) { test in
                let tunnel = try await test.open("crash", until: "reconnecting", reason: "crashed")
                try await test.seen("starting", tunnel: tunnel, count: 2)
                try await test.seen("reconnecting", reason: "crashed", tunnel: tunnel, count: 2)
                let records = directory.names(directory.path).filter { $0.hasPrefix("recorder.") }
                let inputs = try records.map { try Files.read(directory.path + "/" + $0) }
                #expect(inputs.count == 2)
                #expect(Set(inputs).count == 1)
                #expect(inputs.first.map { String(decoding: $0, as: UTF8.self).contains("client-token = ") } == true)
            }
        }
    }

    private static let recorder = """
        #!/bin/sh
        ulimit -c 0
        while read -r line; do printf '%s\\n' "$line" >> "$0.$$"; done
        kill -SEGV $$

        """

    @Test func `A flood without a line break costs neither memory nor attention`() async throws {
        try await withAgent { test in
            try await test.open("connected")
            let process = await test.agent.identifier
            try await test.open("flood")
            let before = ProcessTable.number(process, "VmRSS")
            for index in 1...8 {
                let start = Instant.now()
                try await test.open("connected", index)
                #expect(Instant.now() - start < .seconds(5))
                try await test.loop.sleep(for: .milliseconds(200))
            }
            if !ProcessTable.isSanitized { #expect(ProcessTable.number(process, "VmRSS") - before < 8 * 1024) }
        }
    }

    /// What stands at `localproxyPath`, and what the log says of it.
    private static let unusable: [(String, content: String?, mode: Int, event: String, reason: String)] = [
        ("missing", nil, 0, "ended", "not-found"),
        ("not-executable", "#!/bin/sh\n", 0o644, "ended", "not-executable"),
        ("no-program", "no program", 0o755, "ended", "not-executable"),
        ("interpreter-missing", "#!/nowhere/sh\n", 0o755, "ended", "not-found"),
        ("crashing", "#!/bin/sh\nexit 7\n", 0o755, "reconnecting", "crashed"),
        ("silent", "#!/bin/sh\nexit 0\n", 0o755, "reconnecting", "crashed"),
    ]

    @Test(arguments: unusable.indices)
    func `A localproxy that cannot work`(_ index: Int) async throws {
        let (name, content, mode, event, reason) = Self.unusable[index]
        try await withNucleus { _, directory, _ in
            let path = directory.path + "/" + name
            if let content { try directory.write(name, content, mode: mode) }
            let setup = AgentSetup(configuration: ["localproxyPath": .string(path)])
            try await withAgent(setup) { test in
                let tunnel = try await test.open("connected", until: event, reason: reason)
                #expect(try await test.seen(event, tunnel: tunnel)["text"]?.isEmpty == false)
                // Put in its place since, the next tunnel finds it.
                let script = "#!/bin/sh\nexec '\(Programs.standIn)' \"$@\"\n"
                try directory.write(name, script, mode: 0o755)
                try await test.expectAlive()
            }
        }
    }
}
