// SPDX-License-Identifier: Apache-2.0

internal import CEventReactor
import Glibc

/// A system call that failed: its name, errno, and what it was done to.
package struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The call, as in its manual page.
    package let call: String
    /// errno.
    package let number: Int32
    /// What the call was done to: a path, an address, a program.
    package let subject: String?

    package init(call: String, number: Int32, subject: String? = nil) {
        self.call = call
        self.number = number
        self.subject = subject
    }

    package var description: String {
        let text = "\(call): \(SystemError.text(number))"
        return if let subject { "\(text) (\(subject))" } else { text }
    }

    /// The C library's text for an errno, without the race of `strerror`.
    package static func text(_ number: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            String(cString: cer_error_text(number, buffer.baseAddress, buffer.count))
        }
    }
}

extension SystemError {
    package static let alreadyInUse = EADDRINUSE
    package static let connectionRefused = ECONNREFUSED
    package static let noSuchFile = ENOENT
    package static let permissionDenied = EACCES
    package static let notPermitted = EPERM
    package static let notADirectory = ENOTDIR
    package static let readOnly = EROFS
    package static let brokenPipe = EPIPE
    package static let tooManyFiles = EMFILE
    package static let nameTooLong = ENAMETOOLONG
    package static let tryAgain = EAGAIN
    package static let noSuchProcess = ESRCH
    package static let invalidArgument = EINVAL
    package static let notExecutable = ENOEXEC
}

/// Makes a system call until it is not interrupted; -1 becomes an error with the call's name.
@discardableResult
func systemCall<Result: SignedInteger>(
    _ name: String,
    _ subject: @autoclosure () -> String? = nil,
    _ body: () -> Result
) throws(SystemError) -> Result {
    while true {
        let result = body()
        if result != -1 { return result }
        let number = errno
        if number != EINTR { throw SystemError(call: name, number: number, subject: subject()) }
    }
}
