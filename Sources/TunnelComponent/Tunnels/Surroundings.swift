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

    /// Who may be able to change the proxy.
    var trust = ProgramTrust.ofThisProcess()

    /// The program to launch now; looked for each time, so that one that was installed since is found, and one that
    /// was changed since is not.
    func localproxy(_ configuration: AgentConfiguration) throws(SpawnFailure) -> LocalproxyProgram {
        let search = LocalproxySearch(
            configuredPath: configuration.localproxyPath,
            agentDirectory: agentDirectory,
            searchPath: environment["PATH"] ?? ""
        )
        let path: String
        do throws(LocalproxySearch.NotFound) {
            path = try search.find(inspect)
        } catch {
            if error.isUntrusted { throw .untrusted(error.description) }
            throw error.isPermissionMissing ? .notExecutable(error.description) : .notFound(error.description)
        }
        guard !configuration.localproxySHA256.isEmpty else { return LocalproxyProgram(path: path) }
        return try LocalproxyProgram(path: path, pinnedTo: configuration.localproxySHA256, trust: trust)
    }

    private func inspect(_ path: String) -> LocalproxySearch.Finding {
        switch Files.kind(path) {
        case .missing: return .missing
        case .directory, .other: return .notAFile
        case .file: break
        }
        guard Files.isExecutable(path) else { return .notExecutable }
        do throws(SystemError) {
            let file = try ProgramFile(path, reads: false)
            return trust.objection(to: file).map { .unusable($0) } ?? .executable
        } catch {
            return .unusable(error.description)
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
