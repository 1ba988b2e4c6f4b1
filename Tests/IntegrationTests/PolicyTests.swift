// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import Foundation
import GreengrassIPC
import GreengrassIPCTesting
import Testing

@testable import TunnelComponent

/// What the configuration allows beyond the loopback, and which localproxy it trusts.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct PolicyTests {
    @Test func `An allowed address is reached, an unknown name tried again`() async throws {
        let configuration: [String: JSONValue] = [
            "services": ["DB": "nobody.invalid:5432", "LAN": "10.1.2.3:80"],
            "allowNonLoopback": ["10.0.0.0/8:80", "192.0.2.0/24:5432"],
        ]
        try await withAgent(AgentSetup(configuration: configuration)) { test in
            try await test.open("connected", services: ["LAN"])
            let proxy = try #require(await test.proxies().first)
            #expect(ProcessTable.arguments(proxy).contains("LAN=10.1.2.3:80"))
            // A name that nobody knows is tried again, with the tunnel's other limits in force.
            let tunnel = try await test.open("connected", 1, services: ["DB"], until: "reconnecting", reason: "failed")
            let line = try await test.seen("reconnecting", tunnel: tunnel)
            #expect(line["text"]?.contains("could not be looked up") == true)
        }
    }

    @Test func `A pinned localproxy runs, and one of another content does not`() async throws {
        try await withNucleus { _, directory, _ in
            var hash = SHA256()
            let content = try Data(contentsOf: URL(filePath: Programs.standIn))
            content.withUnsafeBytes { hash.update($0) }
            let digest = SHA256.hexadecimal(hash.finish())
            let path = directory.path + "/localproxy"
            try content.write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
            let setup = AgentSetup(configuration: [
                "localproxyPath": .string(path), "localproxySHA256": .string(digest.uppercased()),
            ])
            try await withAgent(setup) { test in
                try await test.open("connected")
                let proxy = try #require(await test.proxies().first)
                #expect(ProcessTable.descriptorCount(proxy) == 3)
                let changed = path + ".new"
                try (content + Data([0])).write(to: URL(filePath: changed))
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: changed)
                _ = rename(changed, path)
                let line = try await test.open("connected", 1, until: "ended", reason: "untrusted-localproxy")
                #expect(try await test.seen("ended", tunnel: line)["text"]?.contains("localproxySHA256") == true)
                try directory.write("script", "#!/bin/sh\n", mode: 0o755)
                _ = rename(directory.path + "/script", path)
                try await test.open("connected", 2, until: "ended", reason: "untrusted-localproxy")
            }
        }
    }

    @Test(arguments: [0o757, 0o777])
    func `A localproxy that others may write is refused`(_ mode: Int) async throws {
        try await withNucleus { _, directory, _ in
            let script = "#!/bin/sh\nexec '\(Programs.standIn)' \"$@\"\n"
            let path = try directory.write("localproxy", script, mode: mode)
            try await withAgent(AgentSetup(configuration: ["localproxyPath": .string(path)])) { test in
                let tunnel = try await test.open("connected", until: "ended", reason: "untrusted-localproxy")
                #expect(try await test.seen("ended", tunnel: tunnel)["text"]?.contains("chmod") == true)
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
                try await test.expectAlive()
            }
        }
    }

    @Test func `Tunnels beyond a minute's number are refused and the agent lives on`() async throws {
        try await withAgent(AgentSetup(configuration: ["maxTunnelsPerMinute": "3"])) { test in
            for index in 0..<6 { await test.publish(Notifications.payload(token: test.token("connected", index))) }
            try await test.seen("refused", reason: "rate", count: 3)
            #expect(await test.count("starting") == 3)
        }
    }
}
