// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Glibc

enum SignalScenarios {
    static func arrive(loop: EventLoop) async throws {
        let received = Lock<[Int32]>([])
        let source = try SignalSource([SignalSource.terminate, SignalSource.hangUp], loop: loop) { signal in
            received.withLock { $0.append(signal) }
        }
        // The same one twice is one.
        for signal in [SIGTERM, SIGHUP, SIGTERM] { kill(getpid(), signal) }
        while received.withLock({ $0.count }) < 2 { try await loop.sleep(for: .milliseconds(1)) }
        let turns = loop.turnCount
        try await loop.sleep(for: .milliseconds(50))
        try expect(loop.turnCount - turns < 5, "the source stays ready: \(loop.turnCount - turns) turns")
        try expect(received.withLock { $0.sorted() } == [SIGHUP, SIGTERM], "signals \(received.withLock { $0 })")
        kill(getpid(), SIGTERM)
        while received.withLock({ $0.count }) < 3 { try await loop.sleep(for: .milliseconds(1)) }
        source.close()
    }

    /// Signals with handlers arrive during `epoll_wait`, `read` and the start of children, a thousand a second.
    static func interruptTheWait(loop: EventLoop) async throws {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in alarms += 1 }
        sigaction(SIGALRM, &action, nil)
        var every = itimerval()
        every.it_interval.tv_usec = 1000
        every.it_value.tv_usec = 1000
        setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &every, nil)
        for _ in 0..<100 {
            let start = Instant.now()
            try await loop.sleep(for: .milliseconds(3))
            try expect(Instant.now() - start >= .milliseconds(3), "slept too short")
        }
        for _ in 0..<50 {
            let status = try await ChildScenarios.run("exit 5", loop: loop)
            try expect(status == .exited(5), "child: \(status)")
        }
        try expect(alarms > 50, "only \(alarms) signals")
        every = itimerval()
        setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &every, nil)
    }
}

// Safety: written by the signal handler on the only thread there is.
nonisolated(unsafe) private var alarms = 0

/// With sockets, signals and timers armed but nothing to do, the process sleeps.
enum IdleScenario {
    static func run(loop: EventLoop) async throws {
        let threads = try status("Threads")
        let owner = Owner()
        let signals = try SignalSource([SignalSource.terminate], loop: loop) { _ in }
        let (left, right) = try StreamSocket.pair()
        let socket = try StreamSocket.adopt(FileDescriptor(owning: left), loop: loop, owner: owner)
        let peer = try StreamSocket.adopt(FileDescriptor(owning: right), loop: loop, owner: owner)
        let listener = try Listener(.ipv4("127.0.0.1", port: 0), loop: loop, owner: owner)
        let timer = LoopTimer {}
        loop.arm(timer, after: .seconds(3600))
        var configuration = ChildConfiguration(executable: "/bin/sleep", arguments: ["1000"])
        configuration.deathSignal = SignalSource.kill
        let child = try ChildProcess.start(configuration, loop: loop) { _ in }
        try await loop.sleep(for: .milliseconds(50))

        let switches = try status("voluntary_ctxt_switches")
        let turns = loop.turnCount
        try await loop.sleep(for: .seconds(2))
        let switched = try status("voluntary_ctxt_switches") - switches
        try expect(switched <= 3, "\(switched) context switches while idle")
        try expect(loop.turnCount - turns <= 4, "\(loop.turnCount - turns) turns while idle")
        // A sanitizer has a thread of its own, from the start.
        let threadsNow = try status("Threads")
        try expect(threadsNow == threads, "\(threadsNow) threads, \(threads) at the start")

        child.send(signal: SignalSource.kill)
        while child.status == nil { try await loop.sleep(for: .milliseconds(1)) }
        loop.cancel(timer)
        listener.close()
        socket.close()
        peer.close()
        signals.close()
    }

    private final class Owner: StreamSocketOwner, ListenerOwner, @unchecked Sendable {
        // Safety: without state.
        func socketIsReadable() {}
        func socketHasFailed(_ error: SystemError) {}
        func listenerHasAccepted(_ descriptor: Int32) {}
    }
}

/// A listener that finds no descriptor left pauses, and accepts the rest later.
enum DescriptorLimitScenario {
    static func run(loop: EventLoop) async throws {
        let owner = Owner()
        let listener = try Listener(.ipv4("127.0.0.1", port: 0), loop: loop, owner: owner)
        let clients = Clients()
        for _ in 0..<20 {
            clients.sockets.append(try StreamSocket.connect(to: listener.boundAddress, loop: loop, owner: clients))
        }
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        var low = limit
        // Numbers are handed out from the lowest: five more.
        let open = Set(openDescriptors())
        low.rlim_cur = rlim_t((0...).lazy.filter { !open.contains($0) }.prefix(5).reduce(0) { max($0, $1) } + 1)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &low)
        while owner.accepted.isEmpty { try await loop.sleep(for: .milliseconds(1)) }
        let accepted = owner.accepted.count
        try expect(accepted == 5, "accepted \(accepted) before the limit")
        let turns = loop.turnCount
        try await loop.sleep(for: .milliseconds(300))
        try expect(owner.accepted.count == accepted, "more than the limit")
        try expect(loop.turnCount - turns < 50, "\(loop.turnCount - turns) turns without a descriptor")
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        while owner.accepted.count < 20 { try await loop.sleep(for: .milliseconds(1)) }
        for socket in clients.sockets { socket.close() }
        for descriptor in owner.accepted { close(descriptor) }
        listener.close()
    }

    private final class Owner: ListenerOwner, @unchecked Sendable {
        // Safety: touched on the loop's thread only.
        var accepted: [Int32] = []
        func listenerHasAccepted(_ descriptor: Int32) { accepted.append(descriptor) }
    }

    private final class Clients: StreamSocketOwner, @unchecked Sendable {
        // Safety: touched on the loop's thread only.
        var sockets: [StreamSocket] = []
        func socketIsReadable() {}
        func socketHasFailed(_ error: SystemError) {}
    }
}
