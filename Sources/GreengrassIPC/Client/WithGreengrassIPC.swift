// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// Runs a client for as long as `body` takes.
///
/// The body prefers the client's event loop, so that its calls cost no change of thread.
///
/// - Parameters:
///   - configuration: How to reach the nucleus; nil takes it from the environment.
///   - body: Gets the client; leaving it ends the client.
/// - Throws: `.invalidConfiguration`, and whatever `body` throws. When the client fails for good, the calls and
///   subscriptions that the body makes throw that error.
@discardableResult
public func withGreengrassIPC<Result>(
    _ configuration: GreengrassIPCConfiguration? = nil,
    _ body: (GreengrassIPCClient) async throws -> Result
) async throws -> Result {
    let configuration = if let configuration { configuration } else { try GreengrassIPCConfiguration.fromEnvironment() }
    let client = try GreengrassIPCClient(configuration)
    return try await withRunning(client, body)
}

/// Runs a component on the calling thread: the whole process can be this one thread.
///
/// For a synchronous `main`. Code isolated to `MainActor` never runs while it does.
///
/// - Throws: what ``withGreengrassIPC(_:_:)`` throws.
@discardableResult
public func runGreengrassComponent<Result: Sendable>(
    _ configuration: GreengrassIPCConfiguration? = nil,
    _ body: @escaping @Sendable (GreengrassIPCClient) async throws -> Result
) throws -> Result {
    try EventLoop.run { _ in try await withGreengrassIPC(configuration, body) }
}

func withRunning<Result>(
    _ client: GreengrassIPCClient,
    _ body: (GreengrassIPCClient) async throws -> Result
) async throws -> Result {
    try await withTaskExecutorPreference(client.loop) {
        try await withThrowingDiscardingTaskGroup { group in
            // Its error reaches the body through its calls, with their operation; here it would cut the body off.
            group.addTask { try? await client.run() }
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(try await body(client))
            } catch {
                result = .failure(error)
            }
            await client.shutDown()
            return try result.get()
        }
    }
}
