// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor
import Foundation

/// The programs that were built beside the tests.
enum Programs {
    static let agent = path("iot-tunnel-agent")
    static let tool = path("ggipc")
    /// Where the umask lets the group write what is built, the agent would refuse it.
    static let standIn: String = {
        let program = path("localproxy-stand-in")
        try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        return program
    }()

    private static func path(_ name: String) -> String {
        BuiltProgram.path(name, besides: CurrentProcess.executablePath ?? "")
    }
}
