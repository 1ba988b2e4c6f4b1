// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import TunnelComponent

/// `Testing` has an `ExitStatus` too.
typealias ProxyExit = EventReactor.ExitStatus

@Suite(.timeLimit(.minutes(1)))
struct TunnelMachineTests {
    private static let ssh = ServiceMapping(service: "SSH", endpoint: .tcp(address: .loopback, port: 22))
    private static let start = Instant(nanoseconds: 1_000_000_000_000)

    /// A machine with the clock of its own and what it asked for.
    private struct Bench {
        var machine = TunnelMachine(mappings: [ssh])
        var now = TunnelMachineTests.start
        var deadline: Instant?
        var spawns = 0
        var signals: [TunnelSignal] = []
        var reports: [TunnelReport] = []
        var done: [EndReason] = []

        mutating func perform(_ step: (inout TunnelMachine, Instant) -> [TunnelAction]) {
            for action in step(&machine, now) {
                switch action {
                case .spawn: spawns += 1
                case .signal(let signal): signals.append(signal)
                case .setDeadline(let time): deadline = time
                case .report(let report): reports.append(report)
                case .done(let reason): done.append(reason)
                }
            }
        }

        mutating func launch() {
            if spawns == 0 { perform { $0.start(now: $1) } }
            perform { $0.spawned(processID: 42, now: $1) }
        }

        mutating func say(_ lines: LocalproxyLine...) {
            for line in lines { perform { $0.received(line, now: $1) } }
        }

        mutating func connect() {
            launch()
            say(.started, .connecting(endpoint: "wss://x:443"), .sessionID("abc"), .connected, .mappingAccepted)
        }

        mutating func exit(_ exit: ProxyExit) {
            perform { $0.exited(exit, now: $1) }
            perform { $0.outputClosed(now: $1) }
        }

        /// Lets time pass to the deadline, which must be `seconds` away.
        mutating func pass(seconds: Int64) {
            #expect(deadline == now + .seconds(seconds))
            now = now + .seconds(seconds)
            perform { $0.deadlinePassed(now: $1) }
        }

        var events: [LogEvent] { reports.map(\.event) }
        var isFinished: Bool { done.count == 1 && machine.state == .ended(done[0]) && deadline == nil }
    }

    @Test func `A tunnel that connects, serves and is closed`() {
        var bench = Bench()
        bench.perform { $0.start(now: $1) }
        #expect(bench.spawns == 1)
        #expect(bench.machine.state == .starting)
        bench.connect()
        #expect(bench.machine.processID == 42)
        #expect(bench.machine.state == .connected)
        #expect(bench.deadline == Self.start + .seconds(43_200))
        bench.say(.streamOpened(endpoint: "127.0.0.1:22"), .streamClosed(endpoint: "127.0.0.1:22"))
        bench.say(.closed(code: 1000, reason: "bye"))
        bench.exit(.exited(0))
        #expect(bench.done == [.closed(code: 1000, text: "bye")])
        #expect(bench.isFinished)
        #expect(
            bench.events == [.starting, .connecting, .tunnelConnected, .streamOpened, .streamClosed, .ended]
        )
        #expect(bench.reports[2].text == "session abc")
        #expect(bench.reports[3].service == "SSH")
        #expect(bench.reports[5].reason == "closed")
        #expect(bench.reports[5].level == .info)
    }

    @Test func `A tunnel that nobody uses ends after the idle timeout`() {
        var settings = TunnelMachine.Settings()
        settings.idleTimeout = .seconds(100)
        var bench = Bench(machine: TunnelMachine(mappings: [Self.ssh], settings: settings))
        bench.connect()
        bench.now = bench.now + .seconds(50)
        bench.say(.streamOpened(endpoint: "127.0.0.1:22"), .streamOpened(endpoint: "127.0.0.1:22"))
        #expect(bench.deadline == Self.start + .seconds(43_200))
        bench.say(.streamClosed(endpoint: "127.0.0.1:22"))
        #expect(bench.deadline == Self.start + .seconds(43_200))
        bench.say(.streamClosed(endpoint: "127.0.0.1:22"))
        // An attempt counts as a use.
        bench.now = bench.now + .seconds(60)
        bench.say(.localServiceUnreachable("x"))
        bench.pass(seconds: 100)
        #expect(bench.signals == [.terminate])
        bench.exit(.signaled(15))
        #expect(bench.done == [.idle])
        #expect(bench.isFinished)
    }

    @Test func `A tunnel whose connection was lost is not idle, nor its streams alive`() {
        var settings = TunnelMachine.Settings()
        settings.idleTimeout = .seconds(100)
        var bench = Bench(machine: TunnelMachine(mappings: [Self.ssh], settings: settings))
        bench.connect()
        bench.say(.streamOpened(endpoint: "127.0.0.1:22"), .dropped("x"))
        #expect(bench.deadline == Self.start + .seconds(43_200))
        bench.now = bench.now + .seconds(500)
        bench.say(.connected)
        bench.pass(seconds: 100)
        bench.exit(.signaled(15))
        #expect(bench.done == [.idle])
    }

    static let endings: [([LocalproxyLine], ProxyExit, EndReason)] = [
        ([.refused(status: 403, text: "used")], .exited(0), .rejected(status: 403, text: "used")),
        ([.refused(status: 302, text: "")], .exited(0), .rejected(status: 302, text: "")),
        ([.connected, .wrongConfiguration("w")], .exited(1), .wrongConfiguration("w")),
        ([.usage("u"), .usage("Try")], .exited(1), .wrongConfiguration("u")),
        ([.fatal("f")], .exited(1), .failed("f")),
        ([.connected, .closed(code: 1000, reason: "")], .signaled(15), .closed(code: 1000, text: "")),
        ([.connected, .dropped("d"), .refused(status: 403, text: "r")], .exited(0), .rejected(status: 403, text: "r")),
        ([.closed(code: 1, reason: "a"), .refused(status: 403, text: "r")], .exited(0), .closed(code: 1, text: "a")),
    ]

    @Test(arguments: endings)
    func `The end's reason comes from what the proxy said, not from its exit`(
        _ lines: [LocalproxyLine],
        _ exit: ProxyExit,
        _ reason: EndReason
    ) {
        var bench = Bench()
        bench.launch()
        for line in lines { bench.say(line) }
        bench.exit(exit)
        #expect(bench.done == [reason])
        #expect(bench.isFinished)
        #expect(bench.spawns == 1)
    }

    @Test func `The last lines count though they are read after the exit`() {
        var bench = Bench()
        bench.launch()
        bench.perform { $0.exited(.exited(0), now: $1) }
        #expect(bench.done.isEmpty)
        bench.say(.refused(status: 401, text: ""))
        bench.perform { $0.outputClosed(now: $1) }
        #expect(bench.done == [.rejected(status: 401, text: "")])
    }

    @Test func `An exit after the end of the output, and an output that never ends`() {
        var bench = Bench()
        bench.launch()
        bench.say(.closed(code: nil, reason: ""))
        bench.perform { $0.outputClosed(now: $1) }
        #expect(bench.done.isEmpty)
        bench.perform { $0.exited(.exited(0), now: $1) }
        #expect(bench.isFinished)

        bench = Bench()
        bench.launch()
        bench.say(.closed(code: nil, reason: ""))
        bench.perform { $0.exited(.exited(0), now: $1) }
        bench.now = bench.now + .milliseconds(500)
        #expect(bench.deadline == bench.now)
        bench.perform { $0.deadlinePassed(now: $1) }
        #expect(bench.isFinished)
    }

    static let troubles: [(LocalproxyLine?, EndReason)] = [
        (nil, .timeout), (.tlsError("t"), .tls("t")), (.networkError("n"), .network("n")),
        (.webProxyError("w"), .network("w")),
        (.refused(status: 500, text: "s"), .network("the service answers with HTTP status 500: s")),
    ]

    @Test(arguments: troubles)
    func `A proxy that does not connect in time is ended, by force if need be`(
        _ line: LocalproxyLine?,
        _ reason: EndReason
    ) {
        var bench = Bench()
        bench.launch()
        bench.say(.connecting(endpoint: "e"))
        for _ in 0..<3 { if let line { bench.say(line) } }
        #expect(bench.events.filter { $0 == .connecting }.count == (line == nil ? 1 : 2))
        bench.pass(seconds: 60)
        #expect(bench.signals == [.terminate])
        bench.pass(seconds: 3)
        #expect(bench.signals == [.terminate, .kill])
        #expect(bench.deadline == nil)
        bench.exit(.signaled(9))
        #expect(bench.done == [reason])
        #expect(bench.isFinished)
    }

    @Test func `A tunnel's life ends in time, also while it reconnects`() {
        var bench = Bench()
        bench.connect()
        bench.say(.dropped("d"), .dropped("d2"))
        #expect(bench.machine.state == .reconnecting)
        #expect(bench.events.filter { $0 == .reconnecting }.count == 1)
        bench.pass(seconds: 43_200)
        #expect(bench.signals == [.terminate])
        bench.exit(.signaled(15))
        #expect(bench.done == [.lifetime])
    }

    @Test func `A dropped connection comes back by itself, without a limit`() {
        var bench = Bench()
        bench.connect()
        for _ in 0..<20 {
            bench.say(.dropped("d"), .connecting(endpoint: "e"), .networkError("n"), .connected)
            #expect(bench.machine.state == .connected)
        }
        #expect(bench.spawns == 1)
        #expect(bench.done.isEmpty)
    }

    @Test(arguments: [ProxyExit.signaled(11), .exited(0), .exited(139)])
    func `A crashed proxy is launched again, with growing pauses and not for ever`(_ exit: ProxyExit) {
        var bench = Bench()
        bench.connect()
        for pause in [1, 2, 4, 8, 16] as [Int64] {
            bench.exit(exit)
            #expect(bench.machine.state == .reconnecting)
            #expect(bench.machine.processID == nil)
            bench.pass(seconds: pause)
            bench.connect()
        }
        #expect(bench.spawns == 6)
        bench.exit(exit)
        #expect(bench.done == [.crashed(exit)])
        #expect(bench.isFinished)
    }

    @Test func `An exit after trouble with the network is tried again, and the trouble is the reason in the end`() {
        var bench = Bench()
        bench.launch()
        for pause in [1, 2, 4, 8, 16] as [Int64] {
            bench.say(.dropped("cut"))
            bench.exit(.exited(0))
            bench.pass(seconds: pause)
            bench.launch()
        }
        bench.say(.dropped("cut"))
        bench.exit(.exited(0))
        #expect(bench.done == [.network("cut")])
    }

    @Test func `A minute of connection forgives earlier crashes`() {
        var bench = Bench()
        bench.connect()
        for _ in 0..<10 {
            bench.now = bench.now + .seconds(60)
            bench.exit(.signaled(11))
            bench.pass(seconds: 1)
            bench.connect()
        }
        #expect(bench.done.isEmpty)
        bench.exit(.signaled(11))
        bench.pass(seconds: 2)
        bench.connect()
        bench.now = bench.now + .seconds(59)
        bench.exit(.signaled(11))
        bench.pass(seconds: 4)
    }

    @Test func `A proxy that cannot be launched`() {
        for (failure, reason) in [
            (SpawnFailure.notFound("a"), EndReason.notFound("a")), (.notExecutable("b"), .notExecutable("b")),
        ] {
            var bench = Bench()
            bench.perform { $0.start(now: $1) }
            bench.perform { $0.spawnFailed(failure, now: $1) }
            #expect(bench.done == [reason])
            #expect(bench.isFinished)
        }
        var bench = Bench()
        bench.perform { $0.start(now: $1) }
        bench.perform { $0.spawnFailed(.temporary("no memory"), now: $1) }
        #expect(bench.done.isEmpty)
        bench.pass(seconds: 1)
        #expect(bench.spawns == 2)
    }

    @Test func `A stop ends the process and then the tunnel, and counts once`() {
        var bench = Bench()
        bench.connect()
        bench.perform { $0.stop(.stopped, now: $1) }
        bench.perform { $0.stop(.replaced, now: $1) }
        #expect(bench.signals == [.terminate])
        #expect(bench.done.isEmpty)
        bench.exit(.signaled(15))
        #expect(bench.done == [.stopped])
        #expect(bench.isFinished)
    }

    @Test func `A stop between launches, before the launch and during it`() {
        var bench = Bench()
        bench.perform { $0.stop(.stopped, now: $1) }
        #expect(bench.done == [.stopped])

        bench = Bench()
        bench.connect()
        bench.exit(.signaled(11))
        bench.perform { $0.stop(.stopped, now: $1) }
        #expect(bench.done == [.stopped])
        #expect(bench.isFinished)

        bench = Bench()
        bench.perform { $0.start(now: $1) }
        bench.perform { $0.stop(.replaced, now: $1) }
        bench.perform { $0.spawned(processID: 1, now: $1) }
        #expect(bench.signals == [.terminate])
        bench.exit(.signaled(15))
        #expect(bench.done == [.replaced])
    }

    @Test func `A stop while the last output is read prevents another launch`() {
        var bench = Bench()
        bench.connect()
        bench.perform { $0.exited(.signaled(11), now: $1) }
        bench.perform { $0.stop(.stopped, now: $1) }
        bench.perform { $0.outputClosed(now: $1) }
        #expect(bench.done == [.stopped])
    }

    @Test func `An early or late deadline, and facts after the end, do nothing`() {
        var bench = Bench()
        bench.launch()
        bench.now = bench.now + .seconds(59)
        bench.perform { $0.deadlinePassed(now: $1) }
        #expect(bench.signals.isEmpty)
        bench.perform { $0.stop(.stopped, now: $1) }
        bench.exit(.signaled(15))
        let reports = bench.reports.count
        bench.now = bench.now + .seconds(100_000)
        bench.perform { $0.deadlinePassed(now: $1) }
        bench.perform { $0.stop(.stopped, now: $1) }
        bench.perform { $0.spawned(processID: 2, now: $1) }
        bench.say(.connected)
        bench.exit(.exited(0))
        #expect(bench.reports.count == reports)
        #expect(bench.done == [.stopped])
        #expect(bench.spawns == 1)
    }

    @Test func `A peer of another version is told with the key to set`() {
        var bench = Bench()
        bench.connect()
        bench.say(.invalidServiceID(""), .dropped("d"))
        let report = bench.reports.last
        #expect(report?.reason == "client-type")
        #expect(report?.text?.contains("destinationClientType") == true)
        #expect(report?.level == .warning)
    }

    @Test(arguments: [nil, SpawnFailure.temporary("t")])
    func `A launch may be answered from within its action`(_ failure: SpawnFailure?) {
        var machine = TunnelMachine(mappings: [Self.ssh])
        var deadline: Instant?
        var now = Self.start
        func perform(_ step: (inout TunnelMachine) -> [TunnelAction]) {
            for action in step(&machine) {
                switch action {
                case .spawn:
                    perform { machine in
                        failure.map { machine.spawnFailed($0, now: now) } ?? machine.spawned(processID: 1, now: now)
                    }
                case .setDeadline(let time): deadline = time
                default: break
                }
            }
        }
        perform { $0.start(now: now) }
        #expect(deadline == Self.start + (failure == nil ? .seconds(60) : .seconds(1)))
        now = now + .seconds(2)
        perform { $0.deadlinePassed(now: now) }
        #expect(deadline == (failure == nil ? Self.start + .seconds(60) : now + .seconds(2)))
    }
}
