// SPDX-License-Identifier: Apache-2.0

internal import CEventReactor
import Glibc

/// Signals as events of a loop (`signalfd`).
///
/// A signal arrives here only when every thread of the process blocks it: an executable calls `block` first of all in
/// `main`. Libraries have no business with signals.
package final class SignalSource: EventHandler, @unchecked Sendable {
    // Safety: loop-confined, asserted at every entry.
    private let loop: EventLoop
    private var descriptor: FileDescriptor
    private var action: ((Int32) -> Void)?

    package static let terminate = SIGTERM
    package static let interrupt = SIGINT
    package static let hangUp = SIGHUP
    package static let child = SIGCHLD
    package static let kill = SIGKILL

    /// Blocks signals in the calling thread and in those it will start.
    package static func block(_ signals: [Int32]) {
        var set = signalSet(signals)
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Makes writing to a closed pipe an error instead of the end of the process. For executables.
    package static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
    }

    package init(_ signals: [Int32], loop: EventLoop, action: @escaping (Int32) -> Void) throws(SystemError) {
        loop.assertOnLoop()
        self.loop = loop
        self.action = action
        var set = signalSet(signals)
        let descriptor = FileDescriptor(
            owning: try systemCall("signalfd") { signalfd(-1, &set, Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK)) }
        )
        let number = descriptor.number
        self.descriptor = consume descriptor
        try loop.register(number, for: .readable, handler: self)
    }

    private var number: Int32 { descriptor.number }

    package func close() {
        loop.assertOnLoop()
        guard number >= 0 else { return }
        loop.deregister(number)
        descriptor = .none
        action = nil
    }

    package func descriptorIsReady(_ readiness: Readiness) {
        var information = signalfd_siginfo()
        while number >= 0, Glibc.read(number, &information, MemoryLayout<signalfd_siginfo>.size) > 0 {
            action?(Int32(information.ssi_signo))
        }
    }
}

private func signalSet(_ signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    return set
}
