// SPDX-License-Identifier: Apache-2.0

internal import CEventReactor

/// What a descriptor is ready for, or is waited for.
package struct Readiness: OptionSet, Sendable, Hashable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    // Glibc imports these as an enum, Musl as integers: this is the one place that knows.
    package static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    package static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer has closed its writing side, or all of it; reported whether waited for or not.
    package static let hangUp = Readiness(rawValue: EPOLLHUP.rawValue)
    /// An error is pending; reported whether waited for or not.
    package static let error = Readiness(rawValue: EPOLLERR.rawValue)
}

/// Receives the readiness of a registered descriptor, on the loop's thread.
package protocol EventHandler: AnyObject {
    func descriptorIsReady(_ readiness: Readiness)
}
