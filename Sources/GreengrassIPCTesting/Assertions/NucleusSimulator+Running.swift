// SPDX-License-Identifier: Apache-2.0

public import GreengrassIPC

/// Runs a test with a simulated nucleus, and stops it however the test ends.
///
/// ```swift
/// try await withNucleusSimulator(.init(dialect: .lite)) { nucleus in … }
/// ```
///
/// - Parameters:
///   - configuration: how it is set up.
///   - body: the test.
/// - Throws: ``NucleusSimulatorError`` if it cannot listen, and what `body` throws.
@discardableResult
public func withNucleusSimulator<Result>(
    _ configuration: NucleusSimulator.Configuration = .init(),
    _ body: (NucleusSimulator) async throws -> Result
) async throws -> Result {
    try await NucleusSimulator.serving(configuration, body)
}

/// Runs a test with a simulated nucleus and a component, and stops both however the test ends.
///
/// - Parameters:
///   - configuration: how the nucleus is set up. The component is the first of
///     ``NucleusSimulator/Configuration/components``.
///   - program: the component. It gets a client as that component and is cancelled when the test is over.
///   - body: the test.
/// - Throws: as ``NucleusSimulator/running(_:_:_:)``.
@discardableResult
public func withNucleusSimulator<Result>(
    _ configuration: NucleusSimulator.Configuration,
    running program: @escaping @Sendable (GreengrassIPCClient) async throws -> Void,
    _ body: (NucleusSimulator) async throws -> Result
) async throws -> Result {
    guard let component = configuration.components.first?.name else {
        throw NucleusSimulatorError(.unknownComponent, "the configuration has no component to run: name one")
    }
    return try await NucleusSimulator.serving(configuration) { nucleus in
        try await nucleus.running(component, program) { try await body(nucleus) }
    }
}

extension NucleusSimulator {
    /// Runs a component of this process beside a test.
    ///
    /// The component gets a client of its own, as if the nucleus had started it, and is cancelled when the test is
    /// over. If it ends with an error before that, whatever the test waits for fails with that error.
    ///
    /// - Parameters:
    ///   - component: which component of the configuration it is.
    ///   - program: what it does.
    ///   - body: the test.
    /// - Throws: ``NucleusSimulatorError`` if there is no such component, or `.componentFailed` with the component's
    ///   error; what `body` throws.
    @discardableResult
    public nonisolated func running<Result>(
        _ component: String,
        _ program: @escaping @Sendable (GreengrassIPCClient) async throws -> Void,
        _ body: () async throws -> Result
    ) async throws -> Result {
        let configuration = try await clientConfiguration(forComponent: component)
        let result = await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await withGreengrassIPC(configuration) { client in try await program(client) }
                } catch {
                    if !Task.isCancelled { await self.componentFailed(component, error) }
                }
            }
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(try await body())
            } catch {
                result = .failure(error)
            }
            group.cancelAll()
            return result
        }
        let failure = await takeComponentFailure()
        let value = try result.get()
        if let failure { throw failure }
        return value
    }

    private func componentFailed(_ component: String, _ error: any Error) {
        componentFailure = NucleusSimulatorError(.componentFailed, "\(component) ended with an error: \(error)")
        failWaiters()
    }

    private func takeComponentFailure() -> NucleusSimulatorError? {
        defer { componentFailure = nil }
        return componentFailure
    }
}
