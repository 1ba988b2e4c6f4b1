// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// When to connect, when to wait, when to give up. No input or output, no clock.
struct ReconnectMachine {
    enum Action: Equatable {
        case wait(Duration)
        /// Nothing that is tried again can help.
        case giveUp(GreengrassIPCError)
    }

    /// Lite closes without a word when it refuses a token, but also when it is full or stopping: so many silent
    /// refusals in a row are taken for the former.
    static let silentRefusals = 3

    private let backoff: Backoff
    private var openedAt: Instant?
    /// How many attempts in a row.
    private(set) var failures = 0
    private var refusals = 0

    init(_ backoff: Backoff) {
        self.backoff = backoff
    }

    mutating func opened(now: Instant) {
        openedAt = now
        refusals = 0
    }

    mutating func failed(
        _ error: GreengrassIPCError,
        isFinal: Bool,
        now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> Action {
        // A connection that is lost as soon as it is made is no reason to start with short waits again.
        if let openedAt, now - openedAt >= backoff.maximum { failures = 0 }
        openedAt = nil
        if isFinal { return .giveUp(error) }
        if error.code == .accessDenied {
            refusals += 1
            if refusals >= Self.silentRefusals { return .giveUp(error) }
        } else if error.code == .invalidConfiguration {
            return .giveUp(error)
        } else {
            refusals = 0
        }
        failures += 1
        return .wait(backoff.wait(afterFailures: failures, using: &generator))
    }
}

extension ReconnectMachine.Action {
    static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.wait(let left), .wait(let right)): left == right
        case (.giveUp(let left), .giveUp(let right)): left.code == right.code
        default: false
        }
    }
}
