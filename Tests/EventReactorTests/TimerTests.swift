// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TimerTests {
    @Test(arguments: 1...20)
    func heapAgreesWithASortedList(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let timers = (0..<60).map { _ in LoopTimer {} }
        var heap = TimerHeap()
        var oracle: [Int: Int64] = [:]
        for _ in 0..<4000 {
            let index = Int.random(in: 0..<timers.count, using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0..<5:
                let deadline = Int64.random(in: -50...50, using: &random)
                heap.arm(timers[index], at: Instant(nanoseconds: deadline))
                oracle[index] = deadline
            case 5, 6:
                heap.remove(timers[index])
                oracle[index] = nil
            default:
                let now = Int64.random(in: -60...60, using: &random)
                while let due = heap.popDue(Instant(nanoseconds: now)) {
                    guard let popped = timers.firstIndex(where: { $0 === due }) else { break }
                    #expect(due.deadline.nanoseconds == oracle.values.min())
                    #expect(oracle.removeValue(forKey: popped) == due.deadline.nanoseconds)
                }
                #expect(oracle.values.allSatisfy { $0 > now })
            }
            #expect(heap.count == oracle.count)
            #expect(heap.earliest?.nanoseconds == oracle.values.min())
            #expect(timers[index].isArmed == (oracle[index] != nil))
        }
    }

    @Test func firesInOrderAndNotTooEarly() async throws {
        try await withTestLoop { loop in
            let start = Instant.now()
            let fired = Lock<[Int]>([])
            let happening = Happening()
            let timers = (0..<5).map { number in
                LoopTimer {
                    #expect(Instant.now() - start >= .milliseconds(number * 5))
                    fired.withLock { $0.append(number) }
                    happening.happen()
                }
            }
            for (number, timer) in timers.enumerated().reversed() {
                loop.arm(timer, at: start + .milliseconds(number * 5))
            }
            await happening.wait(for: 5)
            #expect(fired.withLock { $0 } == [0, 1, 2, 3, 4])
            #expect(timers.allSatisfy { !$0.isArmed })
        }
    }

    @Test(arguments: [Int64.min, -1, 0, 1])
    func aDeadlineInThePastFiresAtOnce(nanoseconds: Int64) async throws {
        try await withTestLoop { loop in
            let happening = Happening()
            let timer = LoopTimer { happening.happen() }
            loop.arm(timer, at: Instant(nanoseconds: nanoseconds))
            #expect(happening.count == 0)
            await happening.wait()
            #expect(happening.count == 1)
        }
    }

    @Test func firesWhileJobsKeepComing() async throws {
        try await withTestLoop { loop in
            let happening = Happening()
            let timer = LoopTimer { happening.happen() }
            @Sendable func again() { if happening.count == 0 { loop.execute { again() } } }
            loop.arm(timer, after: .milliseconds(2))
            again()
            await happening.wait()
        }
    }

    @Test func oneThatIsAlwaysDueStarvesNobody() async throws {
        try await withTestLoop { loop in
            let (left, right) = try SocketRecorder.pair(loop: loop)
            let cell = TimerCell()
            let timer = LoopTimer {
                if let timer = cell.timer { loop.arm(timer, at: Instant(nanoseconds: 0)) }
            }
            cell.timer = timer
            loop.arm(timer, at: Instant(nanoseconds: 0))
            left.write([1])
            await right.wait { $0.received == [1] }
            cell.timer = nil
            loop.cancel(timer)
            left.close()
            right.close()
        }
    }

    @Test func mayBeCancelledByAnother() async throws {
        try await withTestLoop { loop in
            let happening = Happening()
            let victim = LoopTimer { Issue.record("was cancelled") }
            let first = LoopTimer {
                loop.cancel(victim)
                happening.happen()
            }
            loop.arm(victim, at: Instant(nanoseconds: 2))
            loop.arm(first, at: Instant(nanoseconds: 1))
            await happening.wait()
            await loop.passTurns(2)
            #expect(!victim.isArmed)
        }
    }

    /// Moving a deadline, which a connection does with each message, wakes the loop once too early at most.
    @Test func movingToLaterIsLazy() async throws {
        try await withTestLoop { loop in
            let happening = Happening()
            let timer = LoopTimer { happening.happen() }
            let start = Instant.now()
            loop.arm(timer, at: start + .milliseconds(300))
            await loop.passTurns(1)
            let before = loop.turnCount
            for step in 301...340 { loop.arm(timer, at: start + .milliseconds(step)) }
            await happening.wait()
            #expect(Instant.now() - start >= .milliseconds(340))
            #expect(loop.turnCount - before <= 4)
        }
    }

    @Test func movingToEarlierIsNot() async throws {
        try await withTestLoop { loop in
            let happening = Happening()
            let timer = LoopTimer { happening.happen() }
            loop.arm(timer, after: .seconds(3600))
            await loop.passTurns(1)
            loop.arm(timer, after: .milliseconds(1))
            await happening.wait()
        }
    }

    @Test func deadlinesDoNotOverflow() {
        #expect((Instant.now() + .seconds(Int64.max)).nanoseconds == .max)
        #expect((Instant(nanoseconds: -5) + .seconds(Int64.min)).nanoseconds == .min)
        #expect(Duration.milliseconds(1500).nanoseconds == 1_500_000_000)
        #expect(Duration.nanoseconds(-1).nanoseconds == -1)
    }
}

private final class TimerCell: @unchecked Sendable {
    // Safety: touched on the loop's thread only.
    var timer: LoopTimer?
}

@Suite(.timeLimit(.minutes(1)))
struct SleepTests {
    @Test func lastsAsLongAsAsked() async throws {
        try await withTestLoop { loop in
            let start = Instant.now()
            try await loop.sleep(for: .milliseconds(5))
            #expect(Instant.now() - start >= .milliseconds(5))
            #expect(loop.isOnLoop)
            try await loop.sleep(for: .zero)
            try await loop.sleep(for: .seconds(-1))
        }
    }

    @Test func isCancelledBefore() async throws {
        try await withTestLoop { loop in
            let task = Task(executorPreference: loop) {
                withUnsafeCurrentTask { $0?.cancel() }
                try await loop.sleep(for: .seconds(3600))
            }
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test func isCancelledWhileItWaits() async throws {
        try await withTestLoop { loop in
            let task = Task(executorPreference: loop) { try await loop.sleep(for: .seconds(3600)) }
            await loop.passTurns(2)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test func afterItsEndCancellingDoesNothing() async throws {
        try await withTestLoop { loop in
            let task = Task(executorPreference: loop) { try await loop.sleep(for: .zero) }
            try await task.value
            task.cancel()
            try await task.value
        }
    }

    @Test func manyAreCancelledFromElsewhereAtAnyMoment() async throws {
        try await withTestLoop { loop in
            let tasks = (0..<500).map { number in
                Task {
                    // Elsewhere or on the loop; some end while they are being cancelled.
                    if number % 2 == 0 {
                        try await loop.sleep(for: .microseconds(number % 7 * 100))
                    } else {
                        try await withTaskExecutorPreference(loop) { try await loop.sleep(for: .seconds(3600)) }
                    }
                }
            }
            let canceller = Task.detached { for task in tasks { task.cancel() } }
            await canceller.value
            for (number, task) in tasks.enumerated() {
                let result = await task.result
                if number % 2 == 1 { #expect(throws: CancellationError.self) { try result.get() } }
            }
        }
    }

    @Test func endsWithTheLoop() async throws {
        let loop = try EventLoop.start()
        let task = Task(executorPreference: loop) { try await loop.sleep(for: .seconds(3600)) }
        while true {
            let isArmed = await withCheckedContinuation { continuation in
                loop.execute { continuation.resume(returning: loop.armedTimerCount > 0) }
            }
            if isArmed { break }
        }
        #expect(await loop.shutDown().timers == 1)
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
