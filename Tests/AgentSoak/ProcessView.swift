// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Foundation

/// What `/proc` tells of the agent and its proxies.
enum ProcessView {
    /// The processes that run in a directory or below; zombies have none.
    static func processes(in directory: String) -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.filter { process in
            Files.link("/proc/\(process)/cwd")?.hasPrefix(directory) ?? false
        }
    }

    static func text(_ process: Int32, _ name: String) -> String {
        String(decoding: (try? Files.read("/proc/\(process)/\(name)")) ?? [], as: UTF8.self)
    }

    /// What each open descriptor leads to.
    static func descriptors(of process: Int32) -> [String] {
        let folder = "/proc/\(process)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { Files.link(folder + "/" + $0) }.sorted()
    }

    /// The number behind a name in a file such as `status` or `smaps_rollup`.
    static func number(_ process: Int32, _ file: String, _ name: String) -> Int {
        for line in text(process, file).split(separator: "\n") where line.hasPrefix(name + ":") {
            let words = line.split { $0 == " " || $0 == "\t" }
            if words.count > 1, let number = Int(words[1]) { return number }
        }
        return -1
    }

    static func kill(_ process: Int32) {
        guard process > 1 else { return }
        Foundation.kill(process, SIGKILL)
    }
}
