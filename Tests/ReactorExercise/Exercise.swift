// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Glibc

/// Runs one named scenario in a process of its own, on its main thread: what a test process with many threads, its
/// own signal mask and its own descriptors cannot show. Exits with 0, or with 1 and the reason on standard error.
@main
enum Exercise {
    static func main() {
        SignalSource.block([
            SignalSource.terminate, SignalSource.interrupt, SignalSource.hangUp, SignalSource.child,
        ])
        // Scenarios may close descriptors 0 to 2.
        let errors = fcntl(2, F_DUPFD_CLOEXEC, 20)
        do {
            guard let name = CommandLine.arguments.dropFirst().first, let scenario = scenarios[name] else {
                throw Unmet("usage: reactor-exercise <scenario>")
            }
            try EventLoop.run(scenario)
        } catch {
            CurrentProcess.write("\(error)\n", to: errors)
            CurrentProcess.exit(1)
        }
    }

    private static var scenarios: [String: @Sendable (EventLoop) async throws -> Void] {
        [
            "signals": SignalScenarios.arrive,
            "interrupted": SignalScenarios.interruptTheWait,
            "idle": IdleScenario.run,
            "descriptor-limit": DescriptorLimitScenario.run,
            "children": { try await ChildScenarios.manyChildren(loop: $0) },
            "children-by-signal": {
                $0.children.usesProcessDescriptors = false
                try await ChildScenarios.manyChildren(loop: $0)
            },
            "ignored-signals": ChildScenarios.ignoredSignals,
            "crossed-descriptors": ChildScenarios.crossedDescriptors,
            "closed-descriptors": ChildScenarios.closedDescriptors,
            "parent": ChildScenarios.parent,
            "list-descriptors": { _ in CurrentProcess.write("\(openDescriptors())\n", to: 1) },
        ]
    }
}

/// What a scenario expected and did not find.
struct Unmet: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

func expect(_ condition: Bool, _ text: @autoclosure () -> String) throws {
    if !condition { throw Unmet(text()) }
}

/// The numbers of this process's open descriptors, without the one that finding out takes.
func openDescriptors() -> [Int] {
    guard let directory = opendir("/proc/self/fd") else { return [] }
    defer { closedir(directory) }
    var numbers: [Int] = []
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if let number = Int(name), number != Int(dirfd(directory)) { numbers.append(number) }
    }
    return numbers.sorted()
}

/// A number in /proc/self/status.
func status(_ field: String) throws -> Int {
    let text = String(decoding: try Files.read("/proc/self/status"), as: UTF8.self)
    for line in text.split(separator: "\n") where line.hasPrefix(field + ":") {
        let value = line.dropFirst(field.count + 1).drop { $0 == "\t" || $0 == " " }
        if let number = Int(value) { return number }
    }
    throw Unmet("no \(field) in /proc/self/status")
}
