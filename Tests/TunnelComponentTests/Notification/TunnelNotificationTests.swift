// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TunnelComponent

@Suite(.timeLimit(.minutes(1)))
struct TunnelNotificationTests {
    static let token = "AQGAAXLpXYZ_-=" + String(repeating: "a1", count: 300)

    private func notification(_ text: String) throws(Refusal) -> TunnelNotification {
        try TunnelNotification(payload: Array(text.utf8))
    }

    @Test func `A real notification is read`() throws {
        let found = try notification(
            #"{"clientAccessToken":"\#(Self.token)","clientMode":"destination","region":"eu-central-1","services":["SSH"]}"#
        )
        #expect(found.accessToken.exposedValue == Self.token)
        #expect(found.region == "eu-central-1")
        #expect(found.services == ["SSH"])
    }

    @Test func `Unknown members and another case of the mode are tolerated, and the services keep their order`() throws
    {
        let found = try notification(
            #"{"tunnelId":{"a":[1,null]},"services":["WEB","SSH","a_b-9"],"region":"us-gov-east-1","clientMode":"DESTINATION","clientAccessToken":"t"}"#
        )
        #expect(found.services == ["WEB", "SSH", "a_b-9"])
    }

    struct Bad: CustomTestStringConvertible, Sendable {
        let reason: Refusal.Reason
        let payload: String

        init(_ reason: Refusal.Reason, _ payload: String) {
            self.reason = reason
            self.payload = payload
        }

        /// A valid notification with one member replaced, or left out when the value is nil.
        init(_ reason: Refusal.Reason, _ member: String, _ value: String?) {
            var members = [
                "clientAccessToken": #""SECRET-token""#, "clientMode": #""destination""#,
                "region": #""us-east-1""#, "services": #"["SSH"]"#,
            ]
            members[member] = value
            self.init(reason, "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}")
        }

        var testDescription: String { "\(reason.rawValue): \(payload.prefix(60))" }
    }

    static let bad: [Bad] = [
        Bad(.notJSON, ""),
        Bad(.notJSON, "not JSON"),
        Bad(.notJSON, "null"),
        Bad(.notJSON, "[]"),
        Bad(.notJSON, #""SECRET-token""#),
        Bad(.notJSON, "{\"clientAccessToken\":\"SECRET-token\""),
        Bad(.notJSON, "{} {}"),
        Bad(.tooLarge, String(repeating: "[", count: 1 << 20)),
        Bad(.notJSON, String(repeating: "[", count: 60_000)),
        Bad(.notJSON, "x", String(repeating: "[", count: 16) + String(repeating: "]", count: 16)),
        Bad(.missingToken, "{}"),
        Bad(.missingToken, "clientAccessToken", nil),
        Bad(.missingToken, "clientAccessToken", "null"),
        Bad(.invalidToken, "clientAccessToken", "17"),
        Bad(.invalidToken, "clientAccessToken", #""""#),
        Bad(.invalidToken, "clientAccessToken", #""SECRET-token\nregion = x""#),
        Bad(.invalidToken, "clientAccessToken", #""SECRET-token\u0000""#),
        Bad(.invalidToken, "clientAccessToken", #""SECRET-token\u007f""#),
        Bad(.invalidToken, "clientAccessToken", #"" SECRET-token""#),
        Bad(.invalidToken, "clientAccessToken", #""SECRET-token#""#),
        Bad(.invalidToken, "clientAccessToken", #""SECRET-token\"""#),
        Bad(.invalidToken, "clientAccessToken", #""SECRET-tokän""#),
        Bad(.invalidToken, "clientAccessToken", "\"" + String(repeating: "a", count: 4097) + "\""),
        Bad(.missingMode, "clientMode", nil),
        Bad(.clientMode, "clientMode", #""source""#),
        Bad(.clientMode, "clientMode", #""ALL""#),
        Bad(.clientMode, "clientMode", "1"),
        Bad(.missingRegion, "region", nil),
        Bad(.invalidRegion, "region", #""us-east-1; rm -rf""#),
        Bad(.invalidRegion, "region", #""US-EAST-1""#),
        Bad(.invalidRegion, "region", #""""#),
        Bad(.invalidRegion, "region", "7"),
        Bad(.invalidRegion, "region", "\"" + String(repeating: "a", count: 65) + "\""),
        Bad(.missingServices, "services", nil),
        Bad(.missingServices, "services", "null"),
        Bad(.missingServices, "services", "[]"),
        Bad(.invalidServices, "services", #""SSH""#),
        Bad(.invalidServices, "services", "[22]"),
        Bad(.tooManyServices, "services", #"["A","B","C","D"]"#),
        Bad(.serviceName, "services", #"["SSH:22"]"#),
        Bad(.serviceName, "services", #"["SSH=127.0.0.1:22,X"]"#),
        Bad(.serviceName, "services", #"["my.service"]"#),
        Bad(.serviceName, "services", #"[""]"#),
        Bad(.serviceName, "services", #"["Ä"]"#),
        Bad(.serviceName, "services", "[\"" + String(repeating: "a", count: 129) + "\"]"),
        Bad(.duplicateService, "services", #"["SSH","SSH"]"#),
    ]

    @Test(arguments: bad)
    func `A bad notification is refused with its reason and without its token`(_ bad: Bad) {
        let refusal = #expect(throws: Refusal.self) { try notification(bad.payload) }
        #expect(refusal?.reason == bad.reason)
        #expect(refusal.map { !"\($0)".contains("SECRET") } == true)
        #expect(refusal.map { $0.text.hasSuffix(".") && $0.text.count > 20 } == true)
    }

    @Test func `The longest token is accepted`() throws {
        let token = String(repeating: "a", count: 4096)
        let found = try notification(
            #"{"clientAccessToken":"\#(token)","clientMode":"destination","region":"r","services":["S"]}"#
        )
        #expect(found.accessToken.exposedValue == token)
    }

    @Test func `No description or dump shows a token`() throws {
        let found = try notification(
            #"{"clientAccessToken":"SECRET-token","clientMode":"destination","region":"r","services":["SSH"]}"#
        )
        let plan = try TunnelPlan(found, configuration: AgentConfiguration())
        let clientToken = ClientToken.random()
        let command = LocalproxyCommand(
            executable: "/x/localproxy",
            plan: plan,
            configuration: AgentConfiguration(),
            clientToken: clientToken,
            environment: [:]
        )
        var texts = ["\(found)", "\(plan)", "\(command)", "\(clientToken)", String(reflecting: found)]
        texts += [String(reflecting: command), String(reflecting: found.accessToken), String(reflecting: clientToken)]
        for value in [found, plan, command, clientToken, found.accessToken] as [Any] {
            var text = ""
            dump(value, to: &text)
            texts.append(text)
        }
        for text in texts {
            #expect(!text.contains("SECRET"))
            #expect(!text.contains(clientToken.exposedValue))
        }
    }

    @Test func `A client token is a version 4 UUID`() throws {
        var generator = Fixed(value: .max)
        #expect(ClientToken(using: &generator).exposedValue == "ffffffff-ffff-4fff-bfff-ffffffffffff")
        generator.value = 0
        #expect(ClientToken(using: &generator).exposedValue == "00000000-0000-4000-8000-000000000000")
        #expect(ClientToken.random() != ClientToken.random())
    }

    private struct Fixed: RandomNumberGenerator {
        var value: UInt64

        mutating func next() -> UInt64 { value }
    }
}
