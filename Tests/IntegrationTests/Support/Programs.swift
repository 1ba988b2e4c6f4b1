// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor

/// The programs that were built beside the tests.
enum Programs {
    static let agent = path("iot-tunnel-agent")
    static let standIn = path("localproxy-stand-in")

    private static func path(_ name: String) -> String {
        BuiltProgram.path(name, besides: CurrentProcess.executablePath ?? "")
    }
}
