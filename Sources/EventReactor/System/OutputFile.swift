// SPDX-License-Identifier: Apache-2.0

internal import CEventReactor
import Glibc

/// A file that is written from its beginning, a piece at a time, without buffering.
package final class OutputFile: @unchecked Sendable {
    // Safety: nothing changes after init, and each write is one system call.
    package let path: String
    private let descriptor: FileDescriptor

    /// Makes the file, or empties one that is there.
    package init(_ path: String, mode: UInt32 = 0o644) throws(SystemError) {
        self.path = path
        descriptor = FileDescriptor(
            owning: try systemCall("open", path) { cer_open(path, O_WRONLY | O_CREAT | O_TRUNC, mode) }
        )
    }

    /// Writes all of the bytes.
    package func write(_ bytes: [UInt8]) throws(SystemError) {
        var start = 0
        while start < bytes.count {
            let rest = bytes[start...]
            start += try systemCall("write", path) {
                rest.withUnsafeBytes { Glibc.write(descriptor.number, $0.baseAddress, $0.count) }
            }
        }
    }
}

extension Files {
    /// Writes a whole file.
    package static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o644) throws(SystemError) {
        try OutputFile(path, mode: mode).write(bytes)
    }
}
