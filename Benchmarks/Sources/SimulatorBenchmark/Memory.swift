// SPDX-License-Identifier: Apache-2.0

internal import BenchmarkSupport
internal import Glibc

/// What the process takes, in megabytes.
enum Memory {
    static func resident() -> Double { status("VmRSS:") }

    /// The most since ``forgetPeak()``.
    static func peak() -> Double { status("VmHWM:") }

    static func forgetPeak() {
        guard let file = fopen("/proc/self/clear_refs", "w") else { return }
        fputs("5", file)
        fclose(file)
    }

    private static func status(_ key: String) -> Double {
        guard let file = fopen("/proc/self/status", "r") else { return .nan }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, 256, file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if text.hasPrefix(key) { return (Double(text.filter(\.isNumber)) ?? .nan) / 1024 }
        }
        return .nan
    }
}
