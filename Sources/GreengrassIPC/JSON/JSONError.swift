// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a JSON text, or with a value that cannot be written as JSON.
///
/// The text names what was expected and where, never what the input holds: payloads may be secret.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The byte offset in the input (when writing: in the output) at which the error was noticed.
    public var offset: Int
    /// What was expected or missing.
    public var message: String

    /// Makes an error for the byte at `offset`; `message` must not quote the input's values.
    public init(offset: Int, message: String) {
        self.offset = offset
        self.message = message
    }

    /// The message and the offset.
    public var description: String {
        "JSON: \(message) at byte \(offset)"
    }
}
