// SPDX-License-Identifier: Apache-2.0

import GreengrassIPCTesting

/// What the Python programs brought: each is run once, by the first test that asks for it.
actor SharedRuns {
    static let shared = SharedRuns()

    struct Key: Hashable {
        var client: PythonSDK.Client
        var dialect: Dialect
        /// Whether the component may do everything.
        var isAllowed: Bool
    }

    private enum State {
        case running([CheckedContinuation<PythonSDK.Run, any Error>])
        case ended(Result<PythonSDK.Run, any Error>)
    }

    private var states: [Key: State] = [:]

    func run(_ key: Key, _ make: @Sendable () async throws -> PythonSDK.Run) async throws -> PythonSDK.Run {
        guard states[key] == nil else {
            return try await withCheckedThrowingContinuation { continuation in
                switch states[key] {
                case .ended(let result): continuation.resume(with: result)
                case .running(let waiting): states[key] = .running(waiting + [continuation])
                case nil: continuation.resume(throwing: CancellationError())
                }
            }
        }
        states[key] = .running([])
        let result: Result<PythonSDK.Run, any Error>
        do {
            result = .success(try await make())
        } catch {
            result = .failure(error)
        }
        if case .running(let waiting)? = states[key] {
            for continuation in waiting { continuation.resume(with: result) }
        }
        states[key] = .ended(result)
        return try result.get()
    }
}
