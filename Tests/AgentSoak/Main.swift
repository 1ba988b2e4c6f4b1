// SPDX-License-Identifier: Apache-2.0

import AgentHarness
import EventReactor

/// Runs the agent on a simulated nucleus for as long as one likes, with random faults that a seed repeats.
@main
enum Main {
    static func main() {
        SignalSource.ignoreBrokenPipes()
        let arguments = CommandLine.arguments.dropFirst().map { UInt64($0) }
        guard arguments.count <= 2, !arguments.contains(nil) else {
            say("usage: agent-soak [SECONDS] [SEED], both whole numbers")
            CurrentProcess.exit(64)
        }
        let seconds = Int64(clamping: arguments.first.flatMap { $0 } ?? 1800)
        var random = SystemRandom()
        let seed = arguments.count == 2 ? arguments[1] ?? 0 : random.next() % 1_000_000
        say("soak: \(seconds) s, seed \(seed)")
        do {
            try EventLoop.run { loop in
                let soak = try Soak(loop: loop, seed: seed)
                try await soak.run(for: .seconds(seconds))
            }
        } catch {
            say("soak: FAILED with seed \(seed): \(error)")
            CurrentProcess.exit(1)
        }
        say("soak: passed")
    }

    static func say(_ text: String) {
        CurrentProcess.write(text + "\n", to: 1)
    }
}
