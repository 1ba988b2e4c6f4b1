// SPDX-License-Identifier: Apache-2.0

internal import CEventReactor
import Glibc

extension Files {
    /// Who may do what at a path, symbolic links followed; nil when there is nothing.
    package static func permissions(_ path: String) -> ProgramFile.Permissions? {
        var information = stat()
        return stat(path, &information) == 0 ? ProgramFile.Permissions(information) : nil
    }

    /// What a symbolic link holds.
    package static func link(_ path: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let count = readlink(path, base, buffer.count)
            guard count > 0 else { return nil }
            return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }

    /// Puts a file in place as a whole: whoever reads it sees the old content or the new, never a part.
    package static func replace(_ path: String, with content: [UInt8], mode: UInt32 = 0o600) throws(SystemError) {
        let temporary = "\(path).\(CurrentProcess.identifier).new"
        do throws(SystemError) {
            let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW
            let file = FileDescriptor(owning: try systemCall("open", temporary) { cer_open(temporary, flags, mode) })
            let number = file.number
            var written = 0
            while written < content.count {
                written += try systemCall("write", temporary) {
                    content[written...].withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
                }
            }
            try systemCall("rename", path) { rename(temporary, path) }
        } catch {
            _ = unlink(temporary)
            throw error
        }
    }
}
