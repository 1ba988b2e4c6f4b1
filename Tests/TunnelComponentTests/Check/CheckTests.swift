// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPC
import Testing

@testable import TunnelComponent

/// The parts of `check` that can be judged without a device.
@Suite(.timeLimit(.minutes(1)))
struct CheckTests {
    static let programs: [(String, ProxyExit?, CheckFinding.Level, String)] = [
        ("localproxy version: 3.3.1\n", .exited(0), .ok, "3.3.1"),
        ("x: /lib/libc.so.6: version `GLIBC_2.35' not found (required by x)\n", .exited(1), .error, "glibc 2.35"),
        ("x: error while loading shared libraries: libssl.so.3: cannot open\n", .exited(127), .error, "library"),
        ("", .signaled(4), .error, "signal 4"), ("", nil, .warning, "did not end"),
    ]

    @Test(arguments: programs)
    func `How a program ran tells what to mend`(
        _ output: String,
        _ status: ProxyExit?,
        _ level: CheckFinding.Level,
        _ part: String
    ) {
        let finding = ProgramTrial.judge(output, status)
        #expect(finding.level == level)
        #expect(finding.description.contains(part))
    }

    @Test func `Listening ports are those of the address or of all addresses`() {
        let tcp = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
               1: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2
               2: 0100007F:0050 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 3
               3: 0200007F:0017 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4
            """
        let tcp6 = """
               0: 00000000000000000000000000000000:0051 00000000000000000000000000000000:0000 0A 0
               1: 00000000000000000000000001000000:0052 00000000000000000000000000000000:0000 0A 0
            """
        let ports = ListeningPorts(tcp: tcp, tcp6: tcp6)
        #expect(ports.contains(.loopback, port: 22))
        #expect(ports.contains(.loopback, port: 8080))
        #expect(ports.contains(.loopback, port: 81))
        // An established connection, one for IPv6 alone, another address.
        for port in [80, 82, 23] as [UInt16] { #expect(!ports.contains(.loopback, port: port)) }
    }

    private func check(
        _ configuration: String = "{}",
        _ environment: [String: String] = [:],
        _ outcome: NameLookup.Outcome = .addresses([0x0A00_0001])
    ) throws -> SurroundingsCheck {
        SurroundingsCheck(
            configuration: try AgentConfiguration(try JSONValue(jsonText: configuration)),
            surroundings: Surroundings(environment: environment),
            resolve: { _ in outcome },
            ports: ListeningPorts(tcp: "0: 0100007F:0016 00000000:0000 0A", tcp6: "")
        )
    }

    @Test func `The data endpoint is the configuration's or the region's`() throws {
        #expect(try check(#"{"endpoint": "h.example:8443"}"#).host == "h.example")
        #expect(try check("{}", ["AWS_REGION": "eu-west-1"]).host == "data.tunneling.iot.eu-west-1.amazonaws.com")
        #expect(try check("{}", ["AWS_REGION": "cn-north-1"]).host?.hasSuffix(".amazonaws.com.cn") == true)
        #expect(try check(#"{"allowedRegions": ["us-east-1"]}"#).host?.contains("us-east-1") == true)
        #expect(try check().endpoint().level == .warning)
        let failing = NameLookup.Outcome.failed("no such name")
        #expect(try check("{}", ["AWS_REGION": "eu-west-1"], failing).endpoint().level == .error)
        let proxied = ["AWS_REGION": "eu-west-1", "HTTPS_PROXY": "http://p"]
        #expect(try check("{}", proxied, failing).endpoint().level == .warning)
        #expect(try check(#"{"useWebProxy": false}"#, proxied, failing).endpoint().level == .error)
    }

    @Test func `Every service is looked at`() throws {
        let text =
            #"{"services": {"DB": "db.example:5432", "APP": "/no/socket"}, "allowNonLoopback": ["10.0.0.0/8:5432"]}"#
        let findings = try check(text).services()
        #expect(findings.map(\.subject) == ["service APP", "service DB", "service PG", "service SSH"])
        #expect(findings.map(\.level) == [.warning, .ok, .warning, .ok])
        let elsewhere = try check(text, [:], .addresses([0xC000_0201])).services()
        #expect(elsewhere[1].level == .error)
        #expect(elsewhere[1].text.contains(#"add "192.0.2.1/32:5432""#))
        #expect(try check(#"{"services": {"SSH": null, "PG": null}}"#).services().map(\.level) == [.error])
    }

    @Test func `A CA path that is not there is an error`() throws {
        #expect(try check(#"{"caPath": "/no/such/bundle"}"#).certificates().level == .error)
        #expect(try check(#"{"caPath": "/tmp"}"#).certificates().level == .ok)
    }

    @Test func `A missing localproxy is an error with the places`() throws {
        let (path, finding) = try check(#"{"localproxyPath": "/no/localproxy"}"#).program()
        #expect(path == nil)
        #expect(finding.level == .error)
        #expect(finding.text.contains("/no/localproxy (not there)"))
    }
}
