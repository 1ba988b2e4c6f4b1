// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Glibc
import Testing

/// Scenarios that need a process of their own; see `Tests/ReactorExercise`.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct ScenarioTests {
    @Test(arguments: [
        "signals", "interrupted", "idle", "descriptor-limit", "children", "children-by-signal", "ignored-signals",
        "crossed-descriptors", "closed-descriptors",
    ])
    func passes(scenario: String) async throws {
        try await withTestLoop { loop in
            let run = try ChildRun(exercise(scenario), loop: loop)
            let status = await run.finish()
            #expect(run.errorText == "")
            #expect(status == .exited(0))
        }
    }

    /// The death signal: when the parent is killed outright, its child ends, and with it the output they share.
    @Test func aChildDiesWithItsParent() async throws {
        try await withTestLoop { loop in
            let run = try ChildRun(exercise("parent"), loop: loop)
            await run.outputHasCome.wait()
            run.child?.send(signal: SIGKILL)
            #expect(await run.finish() == .signaled(SIGKILL))
        }
    }

    @Test func noDescriptorLeaksIntoAChild() async throws {
        try await withTestLoop { loop in
            // These two are not closed on exec.
            let leaky = [dup(1), dup(1)]
            let run = try ChildRun(exercise("list-descriptors"), loop: loop)
            for number in leaky { close(number) }
            #expect(await run.finish() == .exited(0))
            // 20 is its own copy of standard error, 3 to 5 are its loop's.
            #expect(run.outputText == "[0, 1, 2, 3, 4, 5, 20]\n")
        }
    }
}
