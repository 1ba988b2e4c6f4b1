// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// When a process was started, by which one tells it from a later one of the same number.
enum ProcessStart {
    /// In the kernel's ticks; nil when there is no such process.
    static func read(_ process: Int32) -> String? {
        guard let bytes = try? Files.read("/proc/\(process)/stat", limit: 4096) else { return nil }
        return parse(String(decoding: bytes, as: UTF8.self))
    }

    /// The 22nd field; the second, the program's name, may hold blanks and parentheses.
    static func parse(_ line: String) -> String? {
        guard let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: end)...].split(separator: " ")
        return fields.count > 19 ? String(fields[19]) : nil
    }
}
