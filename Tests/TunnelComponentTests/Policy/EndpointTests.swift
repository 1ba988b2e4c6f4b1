// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TunnelComponent

@Suite(.timeLimit(.minutes(1)))
struct EndpointTests {
    @Test(arguments: [
        ("22", "127.0.0.1:22"), ("65535", "127.0.0.1:65535"), ("127.0.0.1:22", "127.0.0.1:22"),
        ("127.1.2.3:80", "127.1.2.3:80"), ("localhost:5432", "127.0.0.1:5432"), ("LocalHost:1", "127.0.0.1:1"),
        ("/run/app.sock", "/run/app.sock"), ("022", "127.0.0.1:22"),
    ])
    func `An endpoint is read and written as the proxy takes it`(_ text: String, _ canonical: String) throws {
        #expect(try Endpoint(parsing: text).description == canonical)
    }

    @Test(arguments: [
        "", "0", "65536", "-1", "+22", "22x", " 22", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", ":22",
        "127.0.0.256:22", "127.0.0.01:22", "127.1:22", "0x7f.0x1:22", "a.0x7f:22", "-a.example:22", "a..b:22", "a_b:22",
        "::1", "[::1]:22", "./app.sock", "run/app.sock", "/run/a,b", "/run/a=b",
        "/run/a b", "/run/\u{e4}", "/run/a:b", "22,WEB=80", "/" + String(repeating: "a", count: 107),
    ])
    func `What is no endpoint on this device is refused`(_ text: String) {
        #expect(throws: EndpointError.self) { try Endpoint(parsing: text) }
    }

    @Test func `A tunnel is mapped in its own order`() throws {
        let mappings = try ServiceMap.standard.mappings(for: ["SSH", "PG"])
        #expect(mappings.map(\.description) == ["SSH=127.0.0.1:22", "PG=127.0.0.1:9876"])
    }

    @Test func `A tunnel with one unmapped service is refused whole, with the key to set`() {
        let refusal = #expect(throws: Refusal.self) { try ServiceMap.standard.mappings(for: ["SSH", "WEB"]) }
        #expect(refusal?.reason == .unmappedService)
        #expect(refusal?.text.contains("services.WEB") == true)
    }

    @Test func `Service names keep their case`() {
        #expect(throws: Refusal.self) { try ServiceMap.standard.mappings(for: ["ssh"]) }
    }

    @Test func `A region outside the allowed ones is refused`() throws {
        var configuration = AgentConfiguration()
        configuration.allowedRegions = ["eu-central-1"]
        let payload = #"{"clientAccessToken":"t","clientMode":"destination","region":"us-east-1","services":["SSH"]}"#
        let notification = try TunnelNotification(payload: Array(payload.utf8))
        let refusal = #expect(throws: Refusal.self) { try TunnelPlan(notification, configuration: configuration) }
        #expect(refusal?.reason == .regionNotAllowed)
        configuration.allowedRegions.append("us-east-1")
        #expect(try TunnelPlan(notification, configuration: configuration).services == ["SSH"])
    }
}
