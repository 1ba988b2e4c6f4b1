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

    /// Ends the process at once, without running anything more of it.
    package static func exit(_ code: Int32) -> Never {
        Glibc.exit(code)
    }
}
