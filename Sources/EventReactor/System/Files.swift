// SPDX-License-Identifier: Apache-2.0

internal import CEventReactor
import Glibc

/// The few file operations that components and tools need.
package enum Files {
    /// Reads a whole file, or standard input for `-`.
    ///
    /// - Throws: what the system said, or EFBIG for more than `limit` bytes.
    package static func read(_ path: String, limit: Int = 16 * 1024 * 1024) throws(SystemError) -> [UInt8] {
        if path == "-" { return try read(descriptor: 0, path, limit: limit) }
        let file = FileDescriptor(owning: try systemCall("open", path) { cer_open(path, O_RDONLY, 0) })
        return try read(descriptor: file.number, path, limit: limit)
    }

    private static func read(descriptor: Int32, _ path: String, limit: Int) throws(SystemError) -> [UInt8] {
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = try systemCall("read", path) { Glibc.read(descriptor, &buffer, buffer.count) }
            if count == 0 { return content }
            content.append(contentsOf: buffer[..<count])
            if content.count > limit { throw SystemError(call: "read", number: EFBIG, subject: path) }
        }
    }

    /// Whether a path names a regular file that this process may execute.
    package static func isExecutable(_ path: String) -> Bool {
        var information = stat()
        guard stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return false }
        return access(path, X_OK) == 0
    }

    package static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// Makes a directory of a fresh name that only this user may enter.
    package static func makeTemporaryDirectory(prefix: String) throws(SystemError) -> String {
        let base = CurrentProcess.environment("TMPDIR") ?? "/tmp"
        var template = Array("\(base)/\(prefix)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SystemError(call: "mkdtemp", number: errno, subject: "\(base)/\(prefix)XXXXXX")
        }
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Makes a directory; one that is there already is fine.
    package static func makeDirectory(_ path: String, mode: UInt32 = 0o700) throws(SystemError) {
        if mkdir(path, mode) == -1, errno != EEXIST {
            throw SystemError(call: "mkdir", number: errno, subject: path)
        }
    }

    /// Removes a file or an empty directory; silent when it is not there.
    package static func remove(_ path: String) {
        if unlink(path) == -1 { rmdir(path) }
    }
}

extension Files {
    /// What stands at a path, symbolic links followed.
    package enum Kind: Sendable, Hashable {
        case missing
        case file
        case directory
        case other
    }

    package static func kind(_ path: String) -> Kind {
        var information = stat()
        guard stat(path, &information) == 0 else { return .missing }
        return switch information.st_mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .directory
        default: .other
        }
    }
}
