// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// What the agent's own process gives to the proxies it launches.
struct Surroundings: Sendable {
    /// The agent's environment; proxies get the allowed part of it.
    var environment: [String: String]
    /// Where the agent's binary lies.
    var agentDirectory: String?
    /// The proxies' working directory: empty and of this user alone, because localproxy reads `./config` unasked.
    var proxyDirectory = Surroundings.directoryName

    /// The binary to launch now; looked for each time, so that one that was installed since is found.
    func localproxy(_ configuration: AgentConfiguration) throws(SpawnFailure) -> String {
        let search = LocalproxySearch(
            configuredPath: configuration.localproxyPath,
            agentDirectory: agentDirectory,
            searchPath: environment["PATH"] ?? ""
        )
        do throws(LocalproxySearch.NotFound) {
            return try search.find { path in
                switch Files.kind(path) {
                case .missing: .missing
                case .file: Files.isExecutable(path) ? .executable : .notExecutable
                case .directory, .other: .notAFile
                }
            }
        } catch {
            throw error.isPermissionMissing ? .notExecutable(error.description) : .notFound(error.description)
        }
    }

    /// The surroundings of this process.
    static func ofThisProcess() -> Surroundings {
        var environment: [String: String] = [:]
        for entry in CurrentProcess.environment {
            guard let equals = entry.firstIndex(of: "=") else { continue }
            environment[String(entry[..<equals])] = String(entry[entry.index(after: equals)...])
        }
        return Surroundings(
            environment: environment,
            agentDirectory: CurrentProcess.executablePath.flatMap(directory(of:))
        )
    }

    /// Makes the proxies' directory: in the component's own working directory, where it is found again after a crash;
    /// elsewhere when this user may not write there.
    mutating func makeProxyDirectory() throws(SystemError) {
        do throws(SystemError) {
            try Files.makeDirectory(Self.directoryName)
            if Files.kind(Self.directoryName) == .directory { return }
        } catch {}
        proxyDirectory = try Files.makeTemporaryDirectory(prefix: "iot-tunnel-agent-")
    }

    private static let directoryName = ".iot-tunnel-agent"

    private static func directory(of path: String) -> String? {
        path.lastIndex(of: "/").map { String(path[..<$0]) }
    }
}
