// SPDX-License-Identifier: Apache-2.0

import CommandArguments
import EventReactor
import GreengrassIPC

/// `ggipc subscribe`.
struct SubscribeCommand: Sendable {
    private let options: ClientOptions
    private let count: Int?
    private let timeout: Duration?

    init(_ arguments: ParsedArguments) throws {
        count = try arguments.number("--count", in: 1...Int(Int32.max))
        timeout = try arguments.number("--timeout", in: 1...86400).map { .seconds($0) }
        options = try ClientOptions(arguments, wantsEvents: true)
    }

    /// Ends with 0 after the wanted number of events, at a signal, or when the time is over and no number was wanted.
    func run() throws -> Int32 {
        try EventLoop.run { [self] loop in
            let signals = try StopSignals(loop)
            let timer = LoopTimer { signals.close() }
            if let timeout { loop.arm(timer, after: timeout) }
            let isDone = try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask { [self] in
                    try await printEvents()
                    return true
                }
                group.addTask {
                    await signals.first()
                    return false
                }
                let first = await group.nextResult()
                signals.close()
                group.cancelAll()
                return try first?.get() ?? false
            }
            loop.cancel(timer)
            if isDone || signals.received != nil { return 0 }
            guard let count else { return 0 }
            throw CommandFailure("the time is over, and there were not \(count) events")
        }
    }

    private func printEvents() async throws {
        try await withGreengrassIPC(options.configuration) { client in
            try await client.subscribe(operation: options.operation, request: options.request) { events in
                var left = count ?? .max
                for try await event in events {
                    try options.print(event)
                    left -= 1
                    if left == 0 { return }
                }
            }
        }
    }
}
