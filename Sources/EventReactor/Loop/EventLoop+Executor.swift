// SPDX-License-Identifier: Apache-2.0

internal import CEventReactor
import Glibc

extension EventLoop: SerialExecutor, TaskExecutor {
    package func enqueue(_ job: consuming ExecutorJob) {
        add(.job(UnownedJob(job)))
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    package func asUnownedTaskExecutor() -> UnownedTaskExecutor {
        UnownedTaskExecutor(ordinary: self)
    }

    package func checkIsolated() {
        precondition(isOnLoop, "not on the event loop's thread")
    }

    package func isIsolatingCurrentContext() -> Bool? {
        isOnLoop
    }

    /// Runs a function on the loop's thread, after what is enqueued already; never at once.
    package func execute(_ function: @escaping @Sendable () -> Void) {
        add(.function(function))
    }
}

extension EventLoop {
    /// Runs a loop on the calling thread for as long as `body` takes: the whole process can be this one thread.
    package static func run<Result: Sendable>(
        _ body: @escaping @Sendable (EventLoop) async throws -> Result
    ) throws -> Result {
        let loop = try EventLoop()
        let outcome = Lock<Swift.Result<Result, any Error>?>(nil)
        // The one place where the loop's first task starts; the loop does not end before it has.
        Task(executorPreference: loop) {
            do {
                let value = try await body(loop)
                outcome.withLock { $0 = .success(value) }
            } catch {
                outcome.withLock { $0 = .failure(error) }
            }
            loop.stop()
        }
        loop.run()
        guard let result = outcome.withLock({ $0 }) else {
            preconditionFailure("the event loop ended before its body")
        }
        return try result.get()
    }

    /// Starts a loop on a thread of its own; `stop` or `shutDown` ends it.
    package static func start() throws(SystemError) -> EventLoop {
        let loop = try EventLoop()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let retained = Unmanaged.passRetained(loop)
        let number = pthread_create(&thread, &attributes, eventLoopThread, retained.toOpaque())
        guard number == 0 else {
            retained.release()
            throw SystemError(call: "pthread_create", number: number)
        }
        return loop
    }

    /// Ends a loop and waits until it has ended; then answers what was left. Nothing is left of one that had ended.
    @discardableResult
    package func shutDown() async -> Leftovers {
        await withCheckedContinuation { continuation in
            execute { [self] in
                if hasEnded {
                    continuation.resume(returning: .none)
                    return
                }
                let earlier = whenEnded
                whenEnded = {
                    earlier?($0)
                    continuation.resume(returning: $0)
                }
                stop()
            }
        }
    }

    /// A loop on a thread of its own for as long as `body` takes.
    package static func with<Result>(_ body: (EventLoop) async throws -> Result) async throws -> Result {
        let loop = try start()
        do {
            let result = try await body(loop)
            await loop.shutDown()
            return result
        } catch {
            await loop.shutDown()
            throw error
        }
    }
}

private func eventLoopThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    // Safety: `start` retained the loop for this thread.
    let loop = Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue()
    // Signals are for the threads that the program chose, not for this one.
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, nil)
    loop.run()
    return nil
}
