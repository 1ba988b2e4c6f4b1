// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import GreengrassIPC
import GreengrassIPCTesting

/// Shows the agent's main job on a simulated nucleus, step by step, and checks each step.
@main
enum Demo {
    static func main() {
        SignalSource.ignoreBrokenPipes()
        do {
            try EventLoop.run { loop in try await Demonstration(loop: loop).run() }
            Terminal.say("\nAll went as it should.")
        } catch {
            Terminal.say("\nThe demonstration failed: \(error)")
            CurrentProcess.exit(1)
        }
    }
}

/// What the demonstration prints.
enum Terminal {
    static func say(_ text: String) {
        CurrentProcess.write(text + "\n", to: 1)
    }

    static func step(_ text: String) {
        say("\n== \(text)")
    }

    /// A line of the agent's log.
    static func agent(_ record: LogRecord) {
        say("   agent | \(record.line)")
    }
}
