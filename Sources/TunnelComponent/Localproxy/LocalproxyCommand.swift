// SPDX-License-Identifier: Apache-2.0

/// How the proxy is launched for one tunnel: arguments, environment and standard input.
///
/// The tokens go through standard input alone: arguments and environment of a process can be read by its siblings.
struct LocalproxyCommand: Sendable {
    /// Absolute path of the proxy.
    let executable: String
    /// The arguments behind the program's name.
    let arguments: [String]
    /// The whole environment of the child.
    let environment: [String: String]

    private let accessToken: AccessToken
    private let clientToken: ClientToken

    /// - Parameters:
    ///   - plan: a tunnel that the policy allows.
    ///   - clientToken: the same at every launch for this tunnel, so that the service takes the access token again.
    ///   - environment: the agent's own; what is not on the allow-list stays behind.
    ///   - caIsDirectory: whether the configuration's `caPath` is a directory, which the proxy takes as an option; a
    ///     bundle goes through OpenSSL's variable.
    init(
        executable: String,
        plan: TunnelPlan,
        configuration: AgentConfiguration,
        clientToken: ClientToken,
        environment: [String: String],
        caIsDirectory: Bool = true
    ) {
        self.executable = executable
        accessToken = plan.accessToken
        self.clientToken = clientToken
        var arguments = configuration.endpoint.isEmpty ? ["-r", plan.region] : ["-e", configuration.endpoint]
        arguments += ["-d", plan.mappings.map(\.description).joined(separator: ",")]
        // Level 4 shows the lines that tell the state; level 6 would print the client token.
        arguments += ["-v", "4"]
        if let version = configuration.destinationClientType.version(for: plan.services) {
            arguments += ["-y", version.rawValue]
        }
        var environment = Self.allowed(environment)
        if !configuration.usesWebProxy { environment = environment.filter { !Self.webProxyNames.contains($0.key) } }
        if !configuration.caPath.isEmpty {
            if caIsDirectory {
                arguments += ["-c", configuration.caPath]
            } else {
                environment["SSL_CERT_FILE"] = configuration.caPath
            }
        }
        self.arguments = arguments + ["--config", "/dev/stdin"]
        self.environment = environment
    }

    /// What the child reads from standard input: its secrets, at most 4200 bytes, which any pipe holds.
    var standardInput: [UInt8] {
        Array("access-token = \(accessToken.exposedValue)\nclient-token = \(clientToken.exposedValue)\n".utf8)
    }

    /// The part of an environment that the proxy may see: nothing of the nucleus, nothing of AWS, and none of the
    /// proxy's own `AWSIOT_TUNNEL_…`, which would clash with the arguments.
    static func allowed(_ environment: [String: String]) -> [String: String] {
        environment.filter { allowedNames.contains($0.key) || $0.key.hasPrefix("LC_") }
    }

    private static let allowedNames = webProxyNames.union(["PATH", "LANG", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR"])

    /// localproxy knows no list of exceptions, so the web proxy is for all tunnels or for none.
    private static let webProxyNames: Set<String> = ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"]
}

extension LocalproxyCommand: CustomStringConvertible, CustomReflectable {
    /// The command as one would type it, the tokens masked and of the environment only names: a web proxy's address
    /// can hold a password.
    var description: String {
        let words = ([executable] + arguments).map(Self.quoted)
        let input = "access-token = \(LineSplitter.mask), client-token = \(LineSplitter.mask)"
        return words.joined(separator: " ") + "\nstandard input: \(input)\nenvironment: "
            + environment.keys.sorted().joined(separator: ", ")
    }

    var customMirror: Mirror { Mirror(self, children: ["executable": executable, "arguments": arguments]) }

    private static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"): true
                default: Array("-_./,:=@%+".utf8).contains(byte)
                }
            }
        return isPlain
            ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
