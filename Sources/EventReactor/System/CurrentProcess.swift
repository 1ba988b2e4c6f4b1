// SPDX-License-Identifier: Apache-2.0

internal import CEventReactor
import Glibc

/// What a program asks of its own process.
package enum CurrentProcess {
    package static var identifier: Int32 { getpid() }

    /// The value of an environment variable; nil when it is not set.
    package static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// All of the environment, as `NAME=value`.
    package static var environment: [String] {
        var entries: [String] = []
        guard var entry = cer_environment() else { return [] }
        while let pointer = entry.pointee {
            entries.append(String(cString: pointer))
            entry += 1
        }
        return entries
    }

    /// The path of the running program.
    package static var executablePath: String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let count = readlink("/proc/self/exe", base, buffer.count)
            guard count > 0 else { return nil }
            return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }

    /// Whether a descriptor of this process is a terminal.
    package static func isTerminal(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1
    }

    /// Writes all of a text to standard output (1) or error (2), retrying; what cannot be written is dropped.
    package static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { write(UnsafeRawBufferPointer($0), to: descriptor) }
    }

    /// Writes all of the bytes to standard output (1) or error (2), retrying; what cannot be written is dropped.
    package static func write(_ bytes: [UInt8], to descriptor: Int32) {
        bytes.withUnsafeBytes { write($0, to: descriptor) }
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count > 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } else if count == -1, errno == EINTR {
                continue
            } else {
                return
            }
        }
    }

    /// The process that started this one, or the one that took it over when that ended.
    package static var parent: Int32 { getppid() }

    /// The user that file permissions are checked for.
    package static var effectiveUser: UInt32 { geteuid() }

    /// Nothing that this process or its children hold in memory shall end in a core dump.
    package static func disableCoreDumps() { _ = cer_disable_core_dumps() }

    /// Whether there is a process of this number.
    package static func exists(_ identifier: Int32) -> Bool {
        identifier > 0 && (kill(identifier, 0) == 0 || errno == EPERM)
    }

    /// The directory that relative paths begin at.
    package static var workingDirectory: String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
            getcwd(buffer.baseAddress, buffer.count).map { String(cString: $0) }
        }
    }

    /// Ends the process at once, without running anything more of it.
    package static func exit(_ code: Int32) -> Never {
        Glibc.exit(code)
    }
}
