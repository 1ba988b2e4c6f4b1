// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC
import Testing

@testable import TunnelComponent

@Suite(.timeLimit(.minutes(1)))
struct NetworkPolicyTests {
    private static func policy(_ rules: String...) throws -> NetworkPolicy {
        NetworkPolicy(rules: try rules.map { try #require(AddressRule($0)) })
    }

    @Test(arguments: [
        ("127.0.0.1", 22, NetworkPolicy.Verdict.allowed), ("127.255.1.2", 1, .allowed), ("10.1.2.3", 22, .allowed),
        ("10.2.2.3", 22, .notListed), ("10.1.2.3", 23, .notListed), ("192.168.1.7", 80, .allowed),
        ("192.168.1.8", 80, .notListed), ("169.254.169.254", 80, .forbidden), ("169.254.1.1", 80, .forbidden),
        ("0.0.0.0", 80, .forbidden), ("0.1.2.3", 80, .forbidden), ("224.0.0.1", 80, .forbidden),
        ("255.255.255.255", 80, .forbidden), ("100.100.100.200", 80, .forbidden), ("8.8.8.8", 443, .allowed),
        ("8.8.8.8", 80, .notListed),
    ])
    func `An address is held against the list`(
        _ address: String,
        _ port: UInt16,
        _ verdict: NetworkPolicy.Verdict
    ) throws {
        // Even a list of everything does not allow what is forbidden.
        let policy = try Self.policy(
            "10.1.0.0/16:22",
            "192.168.1.7:80",
            "0.0.0.0/0:443",
            "169.254.0.0/16:80",
            "100.100.100.200/32:80"
        )
        #expect(policy.verdict(try #require(IPv4Address(address)), port: port) == verdict)
    }

    @Test(arguments: [
        "", "10.0.0.0/8", "10.0.0.0/33:1", "10.0.0.0/-1:1", "10.0.0/8:1", "10.0.0.0/8:0", "10.0.0.0/8:65536",
        "::1/128:1",
        "[::1]:22", "10.0.0.0/08:1", "example.com:22", "10.0.0.0/8/8:1", "10.0.0.0/:1", "10.0.0.0/8:+1",
    ])
    func `What is no network with a port is refused`(_ text: String) {
        #expect(AddressRule(text) == nil)
    }

    @Test func `Of a name's addresses the first allowed one is taken, and a refusal says what to set`() throws {
        let policy = try Self.policy("10.0.0.0/8:5432")
        let addresses = try ["192.0.2.1", "10.9.8.7", "10.1.1.1"].map { try #require(IPv4Address($0)) }
        #expect(try policy.choose(of: addresses, host: "db", port: 5432).description == "10.9.8.7")
        let unlisted = #expect(throws: EndpointError.self) {
            try policy.choose(of: Array(addresses.prefix(1)), host: "db", port: 5432)
        }
        #expect(unlisted?.description.contains("add \"192.0.2.1/32:5432\"") == true)
        let metadata = try #require(IPv4Address("169.254.169.254"))
        let forbidden = #expect(throws: EndpointError.self) {
            try policy.choose(of: [metadata], host: "db", port: 5432)
        }
        #expect(forbidden?.description.contains("no tunnel may lead to") == true)
    }

    private static let configurations: [(json: String, key: String?)] = [
        (#"{"services": {"DB": "10.0.0.5:5432"}}"#, "services.DB"),
        (#"{"services": {"DB": "10.0.0.5:5432"}, "allowNonLoopback": ["10.0.0.0/24:5432"]}"#, nil),
        (#"{"services": {"DB": "10.0.1.5:5432"}, "allowNonLoopback": ["10.0.0.0/24:5432"]}"#, "services.DB"),
        (#"{"services": {"DB": "db.example:5432"}}"#, "services.DB"),
        (#"{"services": {"DB": "db.example:5432"}, "allowNonLoopback": ["10.0.0.0/24:5432"]}"#, nil),
        (#"{"services": {"M": "169.254.169.254:80"}, "allowNonLoopback": ["0.0.0.0/0:80"]}"#, "services.M"),
        (#"{"allowNonLoopback": ["10.0.0.0"]}"#, "allowNonLoopback"),
        (#"{"allowNonLoopback": "10.0.0.0/8:1"}"#, "allowNonLoopback"),
    ]

    @Test(arguments: configurations.indices)
    func `An endpoint outside the loopback must be on the list`(_ index: Int) throws {
        let (json, key) = Self.configurations[index]
        let document = try JSONValue(jsonText: json)
        do {
            _ = try AgentConfiguration(document)
            #expect(key == nil)
        } catch {
            #expect(error.key == key)
            #expect(error.description.contains("allowNonLoopback") || error.description.contains("no tunnel"))
        }
    }
}
