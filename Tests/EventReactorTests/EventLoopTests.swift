// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Glibc
import Testing

@Suite(.timeLimit(.minutes(1)))
struct EventLoopTests {
    private actor Counter {
        nonisolated let loop: EventLoop
        nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
        private(set) var value = 0

        init(loop: EventLoop) {
            self.loop = loop
        }

        func increment() -> Bool {
            value += 1
            return loop.isOnLoop
        }

        nonisolated func incrementFromHandler() {
            assumeIsolated { $0.value += 1 }
        }
    }

    private struct Failure: Error {}

    @Test func runsOnTheCallersThread() throws {
        let caller = pthread_self()
        let answer = try EventLoop.run { loop in
            #expect(loop.isOnLoop)
            #expect(EventLoop.current === loop)
            #expect(pthread_equal(caller, pthread_self()) != 0)
            try await loop.sleep(for: .milliseconds(1))
            #expect(pthread_equal(caller, pthread_self()) != 0)
            return 42
        }
        #expect(answer == 42)
        #expect(EventLoop.current == nil)
    }

    @Test func handsOnWhatTheBodyThrows() async {
        #expect(throws: Failure.self) { try EventLoop.run { _ in throw Failure() } }
        await #expect(throws: Failure.self) { try await EventLoop.with { _ in throw Failure() } }
    }

    @Test func runsActorsAndTasksOnItsThread() async throws {
        try await withTestLoop { loop in
            #expect(loop.isOnLoop)
            let counter = Counter(loop: loop)
            #expect(await counter.increment())
            // A handler may enter its actor without a job.
            counter.incrementFromHandler()
            // From a task that is elsewhere it hops, and back.
            let elsewhere = Task.detached {
                let onLoop = await counter.increment()
                return (onLoop, loop.isOnLoop)
            }
            let (inside, outside) = await elsewhere.value
            #expect(inside)
            #expect(!outside)
            #expect(await counter.value == 3)
            await withTaskGroup { group in
                for _ in 0..<100 { group.addTask { #expect(await counter.increment()) } }
            }
            #expect(loop.isOnLoop)
        }
    }

    @Test func jobsRunInTheOrderTheyCame() async throws {
        try await withTestLoop { loop in
            let order = Lock<[Int]>([])
            let done = Happening()
            // More than one turn takes, and half of them enqueued by others.
            for number in 0..<1000 {
                loop.execute {
                    order.withLock { $0.append(number) }
                    loop.execute {
                        order.withLock { $0.append(1000 + number) }
                        done.happen()
                    }
                }
            }
            await done.wait(for: 1000)
            #expect(order.withLock { $0 } == Array(0..<2000))
        }
    }

    @Test func losesNoJobOfManyThreads() async throws {
        let threads = 8
        let jobs = 10_000
        try await withTestLoop { loop in
            let done = Happening()
            for _ in 0..<threads {
                Task.detached {
                    for _ in 0..<jobs { loop.execute { done.happen() } }
                }
            }
            await done.wait(for: threads * jobs)
            #expect(done.count == threads * jobs)
            #expect(loop.wakeUpCount <= loop.turnCount)
        }
    }

    @Test func isNotWokenWhileItIsAwake() async throws {
        try await withTestLoop { loop in
            let before = loop.wakeUpCount
            let done = Happening()
            runThreadToItsEnd { for _ in 0..<10_000 { loop.execute { done.happen() } } }
            #expect(loop.wakeUpCount == before)
            await done.wait(for: 10_000)
        }
    }

    @Test func oneWakeUpIsEnoughForAnIdleLoop() async throws {
        let loop = try EventLoop.start()
        let answer = await withCheckedContinuation { continuation in
            loop.execute { continuation.resume(returning: loop.isOnLoop) }
        }
        #expect(answer)
        #expect(loop.wakeUpCount <= 1)
        await loop.shutDown()
    }

    @Test func endsOnlyWhenNoJobIsLeft() async throws {
        let loop = try EventLoop.start()
        let count = Lock(0)
        @Sendable func again(_ remaining: Int) {
            count.withLock { $0 += 1 }
            if remaining > 1 { loop.execute { again(remaining - 1) } }
        }
        loop.execute {
            loop.stop()
            again(1000)
        }
        let leftovers = await loop.shutDown()
        #expect(count.withLock { $0 } == 1000)
        #expect(leftovers == .none)
    }

    @Test func tellsWhatWasLeft() async throws {
        let loop = try EventLoop.start()
        let pair = try StreamSocket.pair()
        let timer = LoopTimer { Issue.record("fired after the end") }
        let recorder = try await withCheckedThrowingContinuation { continuation in
            loop.execute {
                loop.arm(timer, after: .seconds(3600))
                continuation.resume(with: Result { try SocketRecorder.adopting(pair.0, loop: loop) })
            }
        }
        #expect(await loop.shutDown() == EventLoop.Leftovers(descriptors: 1, timers: 1, children: 0))
        // Looked at under the loop's lock: ThreadSanitizer does not see what a continuation orders that is resumed early.
        let (isArmed, isClosed) = await withCheckedContinuation { continuation in
            loop.execute { continuation.resume(returning: (timer.isArmed, recorder.socket?.isClosed)) }
        }
        #expect(!isArmed)
        #expect(isClosed == false)
        close(pair.1)
    }

    @Test func runsWhatComesAfterItsEnd() async throws {
        let loop = try EventLoop.start()
        let counter = Counter(loop: loop)
        await loop.shutDown()
        #expect(await counter.increment())
        // All at once from many threads, and still one at a time.
        await withTaskGroup { group in
            for _ in 0..<200 { group.addTask { _ = await counter.increment() } }
        }
        #expect(await counter.value == 201)
        let task = Task(executorPreference: loop) { loop.isOnLoop }
        #expect(await task.value)
        await #expect(throws: CancellationError.self) { try await loop.sleep(for: .seconds(3600)) }
        #expect(await loop.shutDown() == .none)
    }

    @Test func isFreedAfterItsEnd() async throws {
        weak var freed: EventLoop?
        do {
            let loop = try EventLoop.start()
            freed = loop
            let counter = Counter(loop: loop)
            #expect(await counter.increment())
            let task = Task(executorPreference: loop) { try await loop.sleep(for: .milliseconds(1)) }
            try await task.value
            await loop.shutDown()
        }
        // Its thread is about to end, or has.
        for _ in 0..<100_000 where freed != nil { await Task.yield() }
        #expect(freed == nil)
    }

    @Test func manyMayAskForTheEnd() async throws {
        for _ in 0..<50 {
            let loop = try EventLoop.start()
            let counter = Counter(loop: loop)
            await withTaskGroup { group in
                for _ in 0..<4 { group.addTask { _ = await loop.shutDown() } }
                for _ in 0..<20 { group.addTask { _ = await counter.increment() } }
            }
            #expect(await counter.value == 20)
        }
    }
}

/// Runs a function on a new thread and blocks this one until it has returned.
private func runThreadToItsEnd(_ body: @escaping @Sendable () -> Void) {
    final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(Box(body)).toOpaque()
    let result = pthread_create(
        &thread,
        nil,
        { argument in
            guard let argument else { return nil }
            // Safety: retained for this thread right above.
            Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
            return nil
        },
        argument
    )
    #expect(result == 0)
    pthread_join(thread, nil)
}
