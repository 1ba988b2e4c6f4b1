// SPDX-License-Identifier: Apache-2.0

import EventReactor

/// Starts a component's scripts in its working directory and environment, and ends those that take too long.
struct ScriptRunner {
    let environment: [String: String]
    let directory: String
    let loop: EventLoop

    func start(_ launch: ComponentProgram.Launch) throws -> RunningCommand {
        var configuration = try ChildConfiguration(
            command: launch.command,
            environment: environment.merging(launch.environment) { $1 },
            isComponent: true
        )
        configuration.workingDirectory = directory
        // One that is used by hand stays in the terminal's foreground.
        configuration.leadsProcessGroup = !CurrentProcess.isTerminal(0)
        let command = try RunningCommand(configuration, loop)
        if let timeout = launch.timeout { command.limit(to: timeout, loop) }
        return command
    }
}
