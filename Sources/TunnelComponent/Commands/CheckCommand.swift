// SPDX-License-Identifier: Apache-2.0

internal import EventReactor
internal import GreengrassIPC

/// `check`: whether tunnels will work, and what to mend if not.
struct CheckCommand: Sendable {
    let options: Options
    /// What a file gave.
    let configuration: AgentConfiguration?
    let surroundings: Surroundings

    /// Prints a line for each thing; answers 1 when one of them is an error.
    func run(on loop: EventLoop) async -> Int32 {
        var findings: [CheckFinding] = []
        func found(_ finding: CheckFinding) {
            findings.append(finding)
            CurrentProcess.write("\(finding)\n", to: 1)
        }
        let thingName = options.thingName ?? surroundings.environment["AWS_IOT_THING_NAME"]
        let nucleus = await NucleusCheck(thingName: thingName, loop: loop).run()
        for finding in nucleus.findings { found(finding) }
        let (effective, origin) = effective(nucleus.configuration)
        found(origin)
        let check = SurroundingsCheck(configuration: effective, surroundings: surroundings)
        let (path, program) = check.program()
        found(program)
        if let path { found(await ProgramTrial(loop: loop).run(path, environment: surroundings.environment)) }
        found(check.certificates())
        found(check.endpoint())
        for finding in check.services() { found(finding) }
        if let end = nucleus.subscribedUntil {
            try? await loop.sleep(for: max(.zero, end + NucleusCheck.forgetting - .now()))
        }
        let errors = findings.count { $0.level == .error }
        let warnings = findings.count { $0.level == .warning }
        CurrentProcess.write("\(errors) errors, \(warnings) warnings\n", to: 1)
        return errors > 0 ? ExitCode.refused : ExitCode.success
    }

    private func effective(_ document: JSONValue?) -> (AgentConfiguration, CheckFinding) {
        if let configuration {
            let path = options.configurationPath ?? ""
            return (configuration, CheckFinding(.ok, "configuration", "that of \(path)"))
        }
        guard let document else {
            let finding = CheckFinding(
                .warning,
                "configuration",
                "the component's cannot be read here; what follows is about the defaults",
                remedy: "use --configuration FILE"
            )
            return (AgentConfiguration(), finding)
        }
        do throws(ConfigurationError) {
            return (try AgentConfiguration(document), CheckFinding(.ok, "configuration", "the component's"))
        } catch {
            return (AgentConfiguration(), CheckFinding(.error, "configuration", "\(error)", remedy: "deploy it anew"))
        }
    }
}
