// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPC
import GreengrassIPCTesting

@testable import TunnelComponent

extension TunnelAgent {
    /// The agent within this process, where its times can be changed.
    static func within(
        _ nucleus: NucleusSimulator,
        _ directory: TestDirectory,
        _ loop: EventLoop,
        log: @escaping @Sendable (LogLine) -> Void = { _ in }
    ) async throws -> TunnelAgent {
        let environment = try await nucleus.environment(forComponent: AgentTest.component)
        let client = try GreengrassIPCClient(
            GreengrassIPCConfiguration(
                socketPath: nucleus.socketPath,
                authentication: .svcuid(environment["SVCUID"] ?? "")
            ),
            on: loop
        )
        let reporter = Reporter { line, _ in log(line) }
        let surroundings = Surroundings(
            environment: [:],
            agentDirectory: nil,
            proxyDirectory: directory.work + "/proxies"
        )
        return TunnelAgent(
            client: client,
            supervisor: TunnelSupervisor(surroundings: surroundings, reporter: reporter, loop: loop),
            reporter: reporter,
            loop: loop,
            thingName: "MyThing",
            fixedConfiguration: nil,
            startedAt: .now()
        )
    }
}
