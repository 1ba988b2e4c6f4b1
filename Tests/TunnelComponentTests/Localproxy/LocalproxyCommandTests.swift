// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPC
import Testing

@testable import TunnelComponent

@Suite(.timeLimit(.minutes(1)))
struct LocalproxyCommandTests {
    private func command(
        _ services: String = #"["SSH"]"#,
        configuration: AgentConfiguration = AgentConfiguration(),
        environment: [String: String] = [:],
        caIsDirectory: Bool = true
    ) throws -> LocalproxyCommand {
        let payload =
            #"{"clientAccessToken":"SECRET","clientMode":"destination","region":"eu-central-1","services":\#(services)}"#
        var generator = SystemRandom()
        return LocalproxyCommand(
            executable: "/opt/lp/localproxy",
            plan: try TunnelPlan(TunnelNotification(payload: Array(payload.utf8)), configuration: configuration),
            configuration: configuration,
            clientToken: ClientToken(using: &generator),
            environment: environment,
            caIsDirectory: caIsDirectory
        )
    }

    @Test func `The plain command`() throws {
        let expected = ["-r", "eu-central-1", "-d", "SSH=127.0.0.1:22", "-v", "4", "--config", "/dev/stdin"]
        #expect(try command().arguments == expected)
    }

    @Test func `An endpoint takes the region's place, and the other options appear when set`() throws {
        var configuration = AgentConfiguration()
        configuration.endpoint = "localhost:9443"
        configuration.destinationClientType = .all(.v2)
        configuration.caPath = "/etc/ssl/more"
        let found = try command(#"["SSH","PG"]"#, configuration: configuration)
        #expect(
            found.arguments == [
                "-e", "localhost:9443", "-d", "SSH=127.0.0.1:22,PG=127.0.0.1:9876", "-v", "4", "-y", "V2",
                "-c", "/etc/ssl/more", "--config", "/dev/stdin",
            ]
        )
        let bundle = try command(configuration: configuration, caIsDirectory: false)
        #expect(!bundle.arguments.contains("-c"))
        #expect(bundle.environment == ["SSL_CERT_FILE": "/etc/ssl/more"])
    }

    @Test func `The tokens stand in the input and nowhere else`() throws {
        let found = try command(environment: ["AWSIOT_TUNNEL_ACCESS_TOKEN": "SECRET"])
        let lines = String(decoding: found.standardInput, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first == "access-token = SECRET")
        #expect(lines.last?.hasPrefix("client-token = ") == true)
        #expect(lines.last?.count == "client-token = ".count + 36)
        #expect(!found.arguments.joined().contains("SECRET"))
        #expect(found.environment.isEmpty)
    }

    @Test func `Of the environment only what the proxy needs is handed on`() throws {
        let kept = [
            "PATH": "/bin", "LANG": "C", "LC_ALL": "C", "TZ": "UTC", "SSL_CERT_FILE": "a", "SSL_CERT_DIR": "b",
            "https_proxy": "http://user:PASSWORD@p", "HTTPS_PROXY": "q", "http_proxy": "r", "HTTP_PROXY": "s",
        ]
        let dropped = [
            "SVCUID": "x", "AWS_REGION": "x", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "x", "AWSIOT_TUNNEL_REGION": "x",
            "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT": "x", "LD_PRELOAD": "x", "HOME": "x", "path": "x",
        ]
        let found = try command(environment: kept.merging(dropped) { first, _ in first })
        #expect(found.environment == kept)
        #expect(!found.description.contains("PASSWORD"))
        #expect(found.description.contains("access-token = ***"))
        #expect(found.description.hasPrefix("/opt/lp/localproxy -r eu-central-1 -d SSH=127.0.0.1:22 "))
    }

    @Test func `The web proxy can be kept from the tunnels`() throws {
        let environment = [
            "https_proxy": "a", "HTTPS_PROXY": "b", "http_proxy": "c", "HTTP_PROXY": "d", "PATH": "/bin",
        ]
        var configuration = AgentConfiguration()
        configuration.usesWebProxy = false
        #expect(try command(configuration: configuration, environment: environment).environment == ["PATH": "/bin"])
    }

    @Test func `The search goes from the agent's folder to PATH`() throws {
        let search = LocalproxySearch(configuredPath: "", agentDirectory: "/a/b/", searchPath: "/usr/bin:rel::/home/x")
        #expect(
            search.candidates == [
                "/a/b/localproxy", "/opt/lp/localproxy", "/usr/local/bin/localproxy", "/usr/bin/localproxy",
                "/home/x/localproxy",
            ]
        )
        #expect(try search.find { $0.hasPrefix("/usr") ? .executable : .missing } == "/usr/local/bin/localproxy")
    }

    @Test func `A configured path is the only place, and a miss says why`() {
        let search = LocalproxySearch(configuredPath: "/x/lp", agentDirectory: "/a", searchPath: "/bin")
        let error = #expect(throws: LocalproxySearch.NotFound.self) { try search.find { _ in .notExecutable } }
        #expect(error?.misses.map(\.path) == ["/x/lp"])
        #expect(error?.isPermissionMissing == true)
        #expect(error?.description.contains("/x/lp (not executable by this user)") == true)
        #expect(error?.description.contains("localproxyPath") == true)
    }
}
