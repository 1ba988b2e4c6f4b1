// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import TunnelComponent

/// Whatever happens in whatever order, a tunnel neither hangs nor runs two proxies.
@Suite(.timeLimit(.minutes(1)))
struct TunnelMachinePropertyTests {
    private static let lines: [LocalproxyLine] = [
        .started, .connecting(endpoint: "e"), .connected, .dropped("d"), .networkError("n"), .tlsError("t"),
        .refused(status: 500, text: ""), .refused(status: 403, text: ""), .closed(code: 1000, reason: ""), .fatal("f"),
        .invalidServiceID(""), .wrongConfiguration("w"), .usage("u"), .other("o"), .localServiceUnreachable("l"),
    ]

    /// A machine, the world around it, and the rules.
    private struct World {
        var machine = TunnelMachine(mappings: [])
        var now = Instant(nanoseconds: 0)
        var deadline: Instant?
        var isLaunching = false
        var isRunning = false
        var isOutputOpen = false
        var isKilled = false
        var isDone = false

        mutating func apply(_ actions: [TunnelAction]) {
            if isDone { #expect(actions.isEmpty) }
            for (index, action) in actions.enumerated() {
                switch action {
                case .spawn:
                    #expect(!isLaunching && !isRunning && index == actions.count - 1)
                    isLaunching = true
                case .signal(let signal):
                    #expect(isRunning)
                    isKilled = isKilled || signal == .kill
                case .setDeadline(let time): deadline = time
                case .report: break
                case .done:
                    #expect(!isRunning && !isLaunching && index == actions.count - 1)
                    isDone = true
                }
            }
            // Something must happen next: an answer, an exit after SIGKILL, or the deadline.
            #expect(isDone ? deadline == nil : deadline != nil || isLaunching || isKilled)
        }

        mutating func step(_ choice: Int, _ generator: inout SeededRandom) {
            switch choice {
            case 0 where isLaunching:
                isLaunching = false
                isRunning = true
                isOutputOpen = true
                isKilled = false
                apply(machine.spawned(processID: 1, now: now))
            case 1 where isLaunching:
                isLaunching = false
                apply(machine.spawnFailed(.temporary("x"), now: now))
            case 2 where isRunning:
                isRunning = false
                apply(machine.exited(Bool.random(using: &generator) ? .exited(0) : .signaled(11), now: now))
            case 3 where isOutputOpen && (isRunning || !isDone):
                isOutputOpen = false
                apply(machine.outputClosed(now: now))
            case 4, 5:
                now = max(now, deadline ?? now)
                apply(machine.deadlinePassed(now: now))
            case 6:
                now = now + .milliseconds(Int64.random(in: 0...90_000, using: &generator))
            case 7 where Int.random(in: 0..<40, using: &generator) == 0:
                apply(machine.stop(.stopped, now: now))
            default:
                guard isOutputOpen, let line = TunnelMachinePropertyTests.lines.randomElement(using: &generator) else {
                    return
                }
                apply(machine.received(line, now: now))
            }
        }
    }

    @Test(arguments: 0..<50)
    func `Random facts`(_ seed: Int) {
        var generator = SeededRandom(seed: UInt64(seed))
        for _ in 0..<20 {
            var world = World()
            world.apply(world.machine.start(now: world.now))
            for _ in 0..<300 { world.step(Int.random(in: 0..<12, using: &generator), &generator) }
            world.apply(world.machine.stop(.stopped, now: world.now))
            // From here on the world behaves, and it must end.
            for _ in 0..<4 where !world.isDone {
                for choice in [0, 2, 3, 4] { world.step(choice, &generator) }
            }
            #expect(world.isDone)
            #expect(world.machine.processID == nil)
        }
    }
}
