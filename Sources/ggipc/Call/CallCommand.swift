// SPDX-License-Identifier: Apache-2.0

import CommandArguments
import EventReactor
import GreengrassIPC

/// `ggipc call`.
struct CallCommand: Sendable {
    private let options: ClientOptions

    init(_ arguments: ParsedArguments) throws {
        let seconds = try arguments.number("--timeout", in: 1...86400)
        var options = try ClientOptions(arguments, wantsEvents: false)
        if let seconds { options.configuration.callTimeout = .seconds(seconds) }
        self.options = options
    }

    func run() throws -> Int32 {
        try EventLoop.run { [self] _ in
            try await withGreengrassIPC(options.configuration) { client in
                try options.print(try await client.call(operation: options.operation, request: options.request))
            }
            return 0
        }
    }
}
