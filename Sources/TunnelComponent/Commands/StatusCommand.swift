// SPDX-License-Identifier: Apache-2.0

internal import EventReactor
internal import GreengrassIPC

/// `status`: the status file, readable.
struct StatusCommand {
    let path: String
    /// Tells when a process was started; tests put in their own.
    var processStart: (Int32) -> String? = ProcessStart.read
    var now = WallClock.milliseconds()

    /// - Returns: what to print and the exit code: 1 when no agent is there.
    func run() -> (text: String, code: Int32) {
        guard Files.exists(path) else {
            return (
                "no status: there is no file \(path). The agent is not running, or works elsewhere: give its file with"
                    + " --status-file. It lies in the component's working directory, as in"
                    + " /greengrass/v2/work/com.example.IoTTunnelAgent/\(StatusPublisher.defaultName) on classic or"
                    + " /var/lib/greengrass/work/com.example.IoTTunnelAgent/\(StatusPublisher.defaultName) on lite.\n",
                ExitCode.refused
            )
        }
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try Files.read(path, limit: 1024 * 1024)
        } catch {
            return ("no status: \(error); use sudo or the component's user.\n", ExitCode.refused)
        }
        guard let document = try? JSONValue(jsonBytes: bytes), let status = AgentStatus(document) else {
            return ("no status: \(path) is no status file of this version.\n", ExitCode.refused)
        }
        let isThere = processStart(status.process).map { $0 == status.processStart } ?? false
        return (describe(status, isThere: isThere), isThere ? ExitCode.success : ExitCode.refused)
    }

    private func describe(_ status: AgentStatus, isThere: Bool) -> String {
        var lines: [String] = []
        if isThere {
            lines.append("running: process \(status.process) for \(age(status.started)), thing \(status.thingName)")
            lines.append("nucleus: \(status.nucleus.rawValue)")
        } else {
            lines.append(
                "stale: process \(status.process) is gone, and did not end in order; what follows was so"
                    + " \(age(status.updated)) ago"
            )
        }
        lines.append("tunnels: \(status.tunnels.isEmpty ? "none" : String(status.tunnels.count))")
        lines += status.tunnels.map(describe)
        if !status.ended.isEmpty { lines.append("ended last:") }
        lines += status.ended.reversed().map(describe)
        lines.append("since the start: \(status.counters.summary)")
        lines.append("changed last: \(age(status.updated)) ago")
        return lines.map { LogLine.escape($0) + "\n" }.joined()
    }

    private func describe(_ tunnel: AgentStatus.Tunnel) -> String {
        let reason = tunnel.reason.map { " (\($0))" } ?? ""
        return "  \(tunnel.id)  \(tunnel.services.joined(separator: ","))  \(tunnel.state)\(reason)"
            + "  \(age(tunnel.since))"
    }

    /// A clock that was set back makes no negative ages.
    private func age(_ time: Int64) -> String {
        let seconds = max(0, now - time) / 1000
        if seconds < 120 { return "\(seconds) s" }
        if seconds < 7200 { return "\(seconds / 60) min" }
        return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }
}
