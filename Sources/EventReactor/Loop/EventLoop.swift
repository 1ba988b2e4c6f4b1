// SPDX-License-Identifier: Apache-2.0

internal import CEventReactor
import Glibc

/// One thread, one `epoll`: readiness of descriptors, timers, and the jobs of actors and tasks.
///
/// It is a `SerialExecutor`, so that an actor whose `unownedExecutor` it is runs here without a lock or a hop, and a
/// `TaskExecutor`, so that tasks may prefer it. Its state is in two halves: what any thread may touch lies under one
/// lock (`Shared`), the rest belongs to the loop's thread.
package final class EventLoop: @unchecked Sendable {
    // Safety: `shared` locks itself; every other stored property is constant or touched on the loop's thread only
    // (`assertOnLoop`).
    enum Work {
        case job(UnownedJob)
        case function(() -> Void)
    }

    struct Shared {
        var incoming: [Work] = []
        /// The loop waits in epoll, or is about to: work from elsewhere must wake it.
        var isAsleep = false
        var stopRequested = false
        /// The loop turns no more. What comes later runs where it was enqueued.
        var hasEnded = false
        /// A thread is running what came after the end; no other may meanwhile.
        var runsLateWork = false
        var wakeUpCount = 0
    }

    struct Registration {
        var handler: (any EventHandler)?
        var generation: UInt32 = 0
    }

    let shared = Lock(Shared())
    var work: [Work] = []
    /// What runs now, up to `batchPosition` done; `work` comes after it.
    private var batch: [Work] = []
    private var batchPosition = 0
    private var flushes: [StreamSocket] = []
    private var spareFlushes: [StreamSocket] = []
    var registrations: [Registration] = []
    private(set) var registrationCount = 0
    var timers = TimerHeap()
    private var armedDeadline = Instant(nanoseconds: .max)
    private let epoll: FileDescriptor
    private let wakeUp: FileDescriptor
    private let alarm: FileDescriptor
    private var events: [epoll_event]
    package let children = ChildRegistry()
    /// Called on the loop's own thread after its end.
    var whenEnded: ((Leftovers) -> Void)?
    package var armedTimerCount: Int { timers.count }
    /// How often the loop has looked for events: an idle loop does not. For tests, on the loop's thread.
    package private(set) var turnCount = 0
    /// How often another thread had to wake the loop. For tests.
    package var wakeUpCount: Int { shared.withLock { $0.wakeUpCount } }

    /// How many jobs run before descriptors and timers have their turn again.
    private static let jobsPerTurn = 256
    /// A job queue that a burst has blown up is let go of once it is empty.
    private static let keptJobCapacity = 4096
    /// `EPOLLET` is `1 << 31`, and imported with another type on each C library.
    private static let edgeTriggered: UInt32 = 1 << 31

    package init() throws(SystemError) {
        epoll = FileDescriptor(owning: try systemCall("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) })
        wakeUp = FileDescriptor(
            owning: try systemCall("eventfd") { eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)) }
        )
        alarm = FileDescriptor(
            owning: try systemCall("timerfd_create") {
                timerfd_create(CLOCK_BOOTTIME, Int32(TFD_CLOEXEC) | Int32(TFD_NONBLOCK))
            }
        )
        events = Array(repeating: epoll_event(), count: 64)
        // Edge-triggered, both are never read: each write, each expiry is an edge of its own.
        for number in [wakeUp.number, alarm.number] {
            try control(EPOLL_CTL_ADD, number, Readiness.readable.rawValue | Self.edgeTriggered, tag: .max)
        }
    }

    // MARK: - Running

    /// The loop that runs on the calling thread.
    package static var current: EventLoop? {
        guard let pointer = cer_thread_local() else { return nil }
        // Safety: set by `run` for exactly as long as the loop is alive on this thread.
        return Unmanaged<EventLoop>.fromOpaque(pointer).takeUnretainedValue()
    }

    package var isOnLoop: Bool {
        cer_thread_local() == Unmanaged.passUnretained(self).toOpaque()
    }

    package func assertOnLoop() {
        assert(isOnLoop, "used outside its event loop's thread")
    }

    /// Runs until `stop` was called and no job is left; answers what is still registered.
    @discardableResult
    func run() -> Leftovers {
        let outer = cer_thread_local()
        cer_set_thread_local(Unmanaged.passUnretained(self).toOpaque())
        while turn() {}
        let leftovers = Leftovers(
            descriptors: registrationCount,
            timers: timers.count,
            children: children.count
        )
        for timer in timers.removeAll() { timer.whenLoopEnds?() }
        for number in registrations.indices where registrations[number].handler != nil {
            deregister(Int32(number))
        }
        let report = whenEnded
        whenEnded = nil
        cer_set_thread_local(outer)
        runLateWork()
        report?(leftovers)
        return leftovers
    }

    /// Lets `run` return once no job is left. May be called from any thread.
    package func stop() {
        let wakes = shared.withLock { shared in
            shared.stopRequested = true
            return shared.isAsleep
        }
        if wakes { wake() }
    }

    /// What was still registered when a loop ended: a leak, for tests.
    package struct Leftovers: Sendable, Hashable {
        package var descriptors: Int
        package var timers: Int
        package var children: Int

        package init(descriptors: Int = 0, timers: Int = 0, children: Int = 0) {
            self.descriptors = descriptors
            self.timers = timers
            self.children = children
        }

        package static let none = Leftovers()
    }

    private func turn() -> Bool {
        runWork()
        flushSockets()
        let next = nextStep()
        if next == .end { return false }
        if next == .sleep { armAlarm() }
        turnCount &+= 1
        let count = epoll_wait(epoll.number, &events, Int32(events.count), next == .sleep ? -1 : 0)
        // EINTR is no error: a debugger attached, or a signal came.
        precondition(count >= 0 || errno == EINTR, "epoll_wait failed")
        takeIncoming()
        if count > 0 { dispatch(Int(count)) }
        fireTimers()
        return true
    }

    private func runWork() {
        for _ in 0..<Self.jobsPerTurn {
            if batchPosition == batch.count {
                batch.removeAll(keepingCapacity: batch.capacity <= Self.keptJobCapacity)
                batchPosition = 0
                if work.isEmpty { return }
                swap(&work, &batch)
            }
            batchPosition += 1
            perform(batch[batchPosition - 1])
        }
    }

    private func perform(_ item: Work) {
        switch item {
        case .job(let job):
            // With the executor the runtime expects: else it would enqueue the task again at each await.
            job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        case .function(let function):
            function()
        }
    }

    // MARK: - Sleeping and waking

    private enum Step { case poll, sleep, end }

    private func nextStep() -> Step {
        // A socket flushed just now may have told its owner of the room, and the owner have written more.
        guard batchPosition == batch.count, work.isEmpty, flushes.isEmpty else { return .poll }
        return shared.withLock { shared in
            guard shared.incoming.isEmpty else { return .poll }
            guard shared.stopRequested else {
                shared.isAsleep = true
                return .sleep
            }
            shared.hasEnded = true
            // Until `run` has tidied up, late work waits.
            shared.runsLateWork = true
            return .end
        }
    }

    private func takeIncoming() {
        shared.withLock { shared in
            shared.isAsleep = false
            guard !shared.incoming.isEmpty else { return }
            if work.isEmpty {
                swap(&work, &shared.incoming)
            } else {
                work.append(contentsOf: shared.incoming)
                shared.incoming.removeAll(keepingCapacity: shared.incoming.capacity <= Self.keptJobCapacity)
            }
        }
    }

    func add(_ item: Work) {
        if isOnLoop {
            work.append(item)
            return
        }
        // The runtime refers to executors without keeping them, and the job may let go of what does.
        let keptAlive = Unmanaged.passRetained(self)
        defer { keptAlive.release() }
        enum Next { case nothing, wake, runHere }
        let next = shared.withLock { shared -> Next in
            if shared.hasEnded { return .runHere }
            shared.incoming.append(item)
            guard shared.isAsleep else { return .nothing }
            // One wake-up is enough for all that comes before the loop looks.
            shared.isAsleep = false
            shared.wakeUpCount &+= 1
            return .wake
        }
        switch next {
        case .nothing: break
        case .wake: wake()
        case .runHere: addLateWork(item)
        }
    }

    private func wake() {
        var one: UInt64 = 1
        while write(wakeUp.number, &one, 8) == -1, errno == EINTR {}
    }

    var hasEnded: Bool { shared.withLock { $0.hasEnded } }

    /// Runs what is enqueued on a loop that has ended, so that no task waits for ever. One thread at a time.
    private func addLateWork(_ item: Work) {
        let isMine = shared.withLock { shared in
            shared.incoming.append(item)
            if shared.runsLateWork { return false }
            shared.runsLateWork = true
            return true
        }
        if isMine { runLateWork() }
    }

    /// The caller holds `runsLateWork`; it is given back when nothing is left.
    private func runLateWork() {
        let outer = cer_thread_local()
        cer_set_thread_local(Unmanaged.passUnretained(self).toOpaque())
        while true {
            flushSockets()
            let next = shared.withLock { shared -> [Work]? in
                let taken = work + shared.incoming
                guard !taken.isEmpty || !flushes.isEmpty else {
                    shared.runsLateWork = false
                    return nil
                }
                work = []
                shared.incoming = []
                return taken
            }
            guard let next else { break }
            for item in next { perform(item) }
        }
        cer_set_thread_local(outer)
    }

    // MARK: - Timers

    /// Arms a timer, or moves it when it is armed.
    package func arm(_ timer: LoopTimer, at deadline: Instant) {
        assertOnLoop()
        timers.arm(timer, at: deadline)
    }

    package func arm(_ timer: LoopTimer, after duration: Duration) {
        arm(timer, at: .now() + duration)
    }

    package func cancel(_ timer: LoopTimer) {
        assertOnLoop()
        timers.remove(timer)
    }

    /// Sets the kernel's alarm when the earliest deadline is before the one that is set. A deadline that moves to
    /// later costs no call: the loop wakes once too early, and sets it then.
    private func armAlarm() {
        guard let earliest = timers.earliest, earliest < armedDeadline else { return }
        var setting = itimerspec()
        // A value of zero would switch the alarm off.
        let nanoseconds = max(1, earliest.nanoseconds)
        setting.it_value.tv_sec = Int(nanoseconds / 1_000_000_000)
        setting.it_value.tv_nsec = Int(nanoseconds % 1_000_000_000)
        if timerfd_settime(alarm.number, Int32(TFD_TIMER_ABSTIME), &setting, nil) == 0 { armedDeadline = earliest }
    }

    private func fireTimers() {
        guard !timers.isEmpty || armedDeadline.nanoseconds != .max else { return }
        let now = Instant.now()
        if armedDeadline <= now { armedDeadline = Instant(nanoseconds: .max) }
        // Bounded: a timer that arms itself for the past must not keep descriptors and jobs from their turn.
        var remaining = timers.count
        while remaining > 0, let timer = timers.popDue(now) {
            timer.action()
            remaining -= 1
        }
    }

    // MARK: - Descriptors

    /// Registers a descriptor, level-triggered. The loop keeps the handler until `deregister`.
    package func register(
        _ descriptor: Int32,
        for interest: Readiness,
        handler: any EventHandler
    ) throws(SystemError) {
        assertOnLoop()
        let index = Int(descriptor)
        while registrations.count <= index { registrations.append(Registration()) }
        precondition(registrations[index].handler == nil, "descriptor \(descriptor) is registered already")
        registrations[index].generation &+= 1
        try control(EPOLL_CTL_ADD, descriptor, interest.rawValue, tag: tag(descriptor))
        registrations[index].handler = handler
        registrationCount += 1
    }

    /// Changes what a registered descriptor is waited for.
    package func change(_ descriptor: Int32, to interest: Readiness) throws(SystemError) {
        assertOnLoop()
        try control(EPOLL_CTL_MOD, descriptor, interest.rawValue, tag: tag(descriptor))
    }

    /// Ends a registration, before the descriptor is closed. Events that were fetched already are dropped: the
    /// number may belong to another descriptor by the time they are looked at.
    package func deregister(_ descriptor: Int32) {
        assertOnLoop()
        let index = Int(descriptor)
        guard index < registrations.count, registrations[index].handler != nil else { return }
        registrations[index].handler = nil
        registrations[index].generation &+= 1
        registrationCount -= 1
        _ = epoll_ctl(epoll.number, EPOLL_CTL_DEL, descriptor, nil)
    }

    private func tag(_ descriptor: Int32) -> UInt64 {
        UInt64(registrations[Int(descriptor)].generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
    }

    private func control(_ operation: Int32, _ descriptor: Int32, _ mask: UInt32, tag: UInt64) throws(SystemError) {
        var event = epoll_event(events: mask, data: epoll_data_t(u64: tag))
        try systemCall("epoll_ctl") { epoll_ctl(epoll.number, operation, descriptor, &event) }
    }

    private func dispatch(_ count: Int) {
        for position in 0..<count {
            let event = events[position]
            let tag = event.data.u64
            guard tag != .max else { continue }
            let index = Int(UInt32(truncatingIfNeeded: tag))
            guard index < registrations.count, registrations[index].generation == UInt32(tag >> 32),
                let handler = registrations[index].handler
            else { continue }
            handler.descriptorIsReady(Readiness(rawValue: event.events))
        }
    }

    // MARK: - Flushing

    /// Notes a socket that has bytes to send; they go out when this turn's jobs have run, in as few calls as can be.
    func flushLater(_ socket: StreamSocket) {
        assertOnLoop()
        flushes.append(socket)
    }

    private func flushSockets() {
        guard !flushes.isEmpty else { return }
        swap(&flushes, &spareFlushes)
        for socket in spareFlushes { socket.flush() }
        spareFlushes.removeAll(keepingCapacity: true)
    }
}
