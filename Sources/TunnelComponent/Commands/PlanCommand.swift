// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// `plan`: what a notification would lead to.
struct PlanCommand {
    let options: Options
    let surroundings: Surroundings
    private static let placeholder = "localproxy"

    /// - Parameter payload: the notification.
    /// - Returns: what to print and the exit code.
    func run(payload: [UInt8], configuration: AgentConfiguration) -> (text: String, code: Int32) {
        let plan: TunnelPlan
        do throws(Refusal) {
            plan = try TunnelPlan(TunnelNotification(payload: payload), configuration: configuration)
        } catch {
            return ("refused: reason=\(error.reason.rawValue)\n\(error.text)\n", ExitCode.refused)
        }
        var note = ""
        let executable: String
        do throws(SpawnFailure) {
            executable = try surroundings.localproxy(configuration).path
        } catch {
            executable = Self.placeholder
            note = "but now it would fail: \(error.text)\n"
        }
        let command = LocalproxyCommand(
            executable: executable,
            plan: plan,
            configuration: configuration,
            clientToken: .random(),
            environment: surroundings.environment,
            caIsDirectory: Files.kind(configuration.caPath) == .directory
        )
        if plan.mappings.contains(where: \.endpoint.isNamed) {
            note += "host names are looked up and their addresses checked at the launch\n"
        }
        let isLaunchable = executable != Self.placeholder
        let id = TunnelID(digest: plan.accessToken.digest)
        return ("tunnel \(id) would be launched as\n\(command)\n\(note)", isLaunchable ? 0 : ExitCode.refused)
    }
}

extension SpawnFailure {
    var text: String {
        switch self {
        case .notFound(let text), .notExecutable(let text), .untrusted(let text), .destination(let text),
            .temporary(let text):
            text
        }
    }
}
