// SPDX-License-Identifier: Apache-2.0

internal import GreengrassIPC

extension LogLevel {
    /// The level that a configuration names, `info` when it names none.
    init(_ value: JSONValue?) throws(ConfigurationError) {
        switch value {
        case nil: self = .info
        case .string(let text) where text.isEmpty: self = .info
        case .some(let value):
            guard case .string(let text) = value, let level = LogLevel(named: text) else {
                throw ConfigurationError(
                    key: "logLevel",
                    found: ConfigurationReader.describe(value),
                    expected: "debug, info, warning or error"
                )
            }
            self = level
        }
    }
}
