// SPDX-License-Identifier: Apache-2.0

import Glibc

/// One state value behind a mutex.
///
/// `pthread_mutex_t` and not `Synchronization.Mutex`: ThreadSanitizer does not understand the latter on Linux and
/// reports races that are none. Nothing may call back out of `withLock`.
package final class Lock<State>: @unchecked Sendable {
    // Safety: `state` is only touched between lock and unlock; the mutex lives on the heap at a fixed address.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var state: State

    package init(_ state: State) {
        self.state = state
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    package func withLock<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }
}
