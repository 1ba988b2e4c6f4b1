// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Foundation

/// What `/proc` tells of the processes that a test has started.
enum ProcessTable {
    static func identifiers() -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }
    }

    /// A link such as `exe` or `cwd`; nil when the process is gone or a zombie.
    static func link(_ process: Int32, _ name: String) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/\(name)")
    }

    /// The content of a file such as `cmdline`; empty when the process is gone.
    static func text(_ process: Int32, _ name: String) -> String {
        String(decoding: (try? Files.read("/proc/\(process)/\(name)")) ?? [], as: UTF8.self)
    }

    static func arguments(_ process: Int32) -> [String] {
        text(process, "cmdline").split(separator: "\0").map(String.init)
    }

    /// The children of a process, by number, with their state: `Z` is a zombie.
    static func children(of parent: Int32) -> [Int32: Character] {
        var found: [Int32: Character] = [:]
        for process in identifiers() {
            let status = text(process, "stat")
            guard let end = status.lastIndex(of: ")") else { continue }
            let fields = status[status.index(after: end)...].split(separator: " ")
            guard fields.count > 1, Int32(fields[1]) == parent, let state = fields[0].first else { continue }
            found[process] = state
        }
        return found
    }

    /// A number from `/proc/<process>/status`, such as `VmRSS` in KiB.
    static func number(_ process: Int32, _ name: String) -> Int {
        for line in text(process, "status").split(separator: "\n") where line.hasPrefix(name + ":") {
            let words = line.split { $0 == " " || $0 == "\t" }
            if words.count > 1, let number = Int(words[1]) { return number }
        }
        return -1
    }

    /// Whether tests and programs run with a sanitizer, which reserves terabytes, keeps freed memory and has a thread.
    static let isSanitized = number(CurrentProcess.identifier, "VmSize") > 1 << 30

    static func descriptorCount(_ process: Int32) -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count) ?? -1
    }
}

extension ProcessTable {
    /// The process group.
    static func group(_ process: Int32) -> Int32 { getpgid(process) }

    static func send(_ signal: Int32, to process: Int32) {
        guard process > 1 else { return }
        kill(process, signal)
    }
}
