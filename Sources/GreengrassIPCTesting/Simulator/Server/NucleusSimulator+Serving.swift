// SPDX-License-Identifier: Apache-2.0

package import EventReactor
public import GreengrassIPC

// A nucleus for as long as a closure takes, and a client of one of its components.
extension NucleusSimulator {
    /// Starts a nucleus, and stops it however `body` ends.
    ///
    /// - Parameter loop: Where it runs; nil is a thread of its own.
    package static func serving<Result>(
        _ configuration: Configuration,
        on loop: EventLoop? = nil,
        _ body: (NucleusSimulator) async throws -> Result
    ) async throws -> Result {
        let nucleus =
            if let loop { try await start(configuration, on: loop) } else { try await start(configuration) }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(nucleus))
        } catch {
            result = .failure(error)
        }
        await nucleus.stop()
        return try result.get()
    }

    /// What a client in that component is configured with, as the nucleus's environment would.
    ///
    /// - Throws: ``NucleusSimulatorError`` if there is no such component.
    public func clientConfiguration(forComponent name: String) throws -> GreengrassIPCConfiguration {
        let environment = try environment(forComponent: name)
        return try GreengrassIPCConfiguration { environment[$0] }
    }
}
