// SPDX-License-Identifier: Apache-2.0

internal import CEventReactor
import Glibc

/// A program's file, opened: what is found out about it holds for what is executed, whatever its path leads to later.
package struct ProgramFile: ~Copyable {
    /// Who may do what with a file or directory.
    package struct Permissions: Sendable, Hashable {
        package let owner: UInt32
        package let group: UInt32
        /// The nine permission bits and the sticky bit.
        package let mode: UInt32

        package init(owner: UInt32, group: UInt32, mode: UInt32) {
            self.owner = owner
            self.group = group
            self.mode = mode
        }

        package var isGroupWritable: Bool { mode & 0o020 != 0 }
        package var isWorldWritable: Bool { mode & 0o002 != 0 }
        package var isSticky: Bool { mode & 0o1000 != 0 }
    }

    private let file: FileDescriptor
    private let identity: Identity
    package let permissions: Permissions
    /// Where the file lies, symbolic links resolved.
    package let resolvedPath: String

    private struct Identity: Equatable {
        var device: UInt64
        var inode: UInt64
        var size: Int64
        var modified: Int64
        var changed: Int64

        init(_ information: stat) {
            device = UInt64(information.st_dev)
            inode = UInt64(information.st_ino)
            size = Int64(information.st_size)
            modified = Int64(information.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(information.st_mtim.tv_nsec)
            changed = Int64(information.st_ctim.tv_sec) &* 1_000_000_000 &+ Int64(information.st_ctim.tv_nsec)
        }
    }

    /// - Parameter reads: whether its content shall be read; else no permission to read is needed.
    package init(_ path: String, reads: Bool) throws(SystemError) {
        let number = try systemCall("open", path) { reads ? cer_open(path, O_RDONLY, 0) : cer_open_path(path) }
        let opened = FileDescriptor(owning: number)
        var information = stat()
        try systemCall("fstat", path) { fstat(number, &information) }
        file = opened
        identity = Identity(information)
        permissions = Permissions(information)
        resolvedPath = Files.link("/proc/self/fd/\(number)") ?? path
    }

    /// The descriptor, for as long as the file is held.
    package var descriptor: Int32 { file.number }

    /// Hands over the content in portions.
    ///
    /// - Throws: what the system said; EAGAIN when the file changed meanwhile.
    package func read(_ body: (UnsafeRawBufferPointer) -> Void) throws(SystemError) {
        let number = file.number
        let portion = 64 * 1024
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: portion, alignment: 16)
        // Safety: freed on the only way out, used by `pread` and `body` before.
        defer { buffer.deallocate() }
        var offset = 0
        while true {
            let count = try systemCall("read", resolvedPath) { pread(number, buffer.baseAddress, portion, offset) }
            if count == 0 { break }
            body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += count
        }
        var information = stat()
        try systemCall("fstat", resolvedPath) { fstat(number, &information) }
        guard Identity(information) == identity else {
            throw SystemError(call: "read", number: EAGAIN, subject: resolvedPath)
        }
    }
}

extension ProgramFile.Permissions {
    init(_ information: stat) {
        self.init(
            owner: information.st_uid,
            group: information.st_gid,
            mode: UInt32(information.st_mode) & 0o1777
        )
    }
}
