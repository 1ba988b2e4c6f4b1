// SPDX-License-Identifier: Apache-2.0

/// What went wrong with a call, a subscription, or the connection.
///
/// Never holds a token, a secret or a payload: it may be logged.
public struct GreengrassIPCError: Error, Sendable {
    /// What kind of error this is; compare with it.
    public var code: Code
    /// What happened and, where there is one, the remedy.
    public var message: String
    /// The operation that failed, such as `aws.greengrass#GetConfiguration`; nil for the connection itself.
    public var operation: String?
    /// The service's own error with all its members, when the service model has it and it could be read. The
    /// description shows none of it but the text.
    public var payload: Payload?
    /// The error beneath this one.
    public var cause: (any Error)?
    /// Where in the source the error was made, as `file:line`.
    public var location: String

    /// Makes an error.
    public init(
        _ code: Code,
        _ message: String,
        operation: String? = nil,
        payload: Payload? = nil,
        cause: (any Error)? = nil,
        file: String = #fileID,
        line: Int = #line
    ) {
        self.code = code
        self.message = message
        self.operation = operation
        self.payload = payload
        self.cause = cause
        location = "\(file):\(line)"
    }
}

extension GreengrassIPCError: CustomStringConvertible, CustomDebugStringConvertible {
    /// One line: operation, code, message and cause.
    public var description: String {
        var text = operation.map { "\($0): " } ?? ""
        text += "\(code): \(message)"
        if let cause { text += " (\(cause))" }
        return text
    }

    /// The description with the place in the source.
    public var debugDescription: String { "\(description) [\(location)]" }
}

extension GreengrassIPCError {
    func during(_ operation: String) -> GreengrassIPCError {
        var error = self
        error.operation = error.operation ?? operation
        return error
    }
}
