// SPDX-License-Identifier: Apache-2.0

// What goes out, and the faults on its way.
extension NucleusMachine {
    mutating func send(_ frame: [UInt8], _ kind: OutgoingKind, on connection: ConnectionID) {
        guard !faults.isEmpty else { return write(frame, to: connection, faults: []) }
        var struck = faults.take(for: kind)
        if let index = struck.firstIndex(of: .eventBeforeResponse) {
            struck.remove(at: index)
            // Only a subscription that was made is going to have an event.
            if let stream = answering, holds(stream) {
                heldBack[stream] = frame
                return
            }
        }
        if let stream = answering, struck.contains(.deaf) { deafStreams.insert(stream) }
        if struck.contains(.ping) { connections[connection.slot]?.machine.isPinged = true }
        if struck.contains(.noReply) { silenced.insert(connection) }
        for case .readSlowly(let duration) in struck { pauseReading(on: connection, for: duration) }
        if struck.contains(.restart) {
            isRestartDue = true
            return
        }
        write(frame, to: connection, faults: struck)
    }

    /// Whether a subscription to a topic is there.
    private func holds(_ stream: StreamKey) -> Bool {
        localBroker.holds(stream) || broker.holds(stream)
    }

    /// Lets nothing be read from a client for a while.
    private mutating func pauseReading(on connection: ConnectionID, for duration: Duration) {
        flushJoined()
        if readingPauses[connection] == nil { output.append(.setReading(connection, false)) }
        readingPauses[connection] = max(readingPauses[connection] ?? .zero, now + duration)
    }

    private mutating func resumeReading() {
        for (connection, end) in readingPauses where end <= now {
            readingPauses[connection] = nil
            output.append(.setReading(connection, true))
        }
    }

    mutating func write(_ frame: [UInt8], to connection: ConnectionID, faults: [Fault]) {
        if faults.isEmpty, !schedule.concerns(connection) { return emit(.write(frame), on: connection) }
        for step in schedule.add(frame, to: connection, faults: faults, now: now) { emit(step, on: connection) }
    }

    mutating func close(_ connection: ConnectionID) {
        if schedule.close(connection) { emit(.close, on: connection) }
    }

    mutating func emit(_ step: WireSchedule.Step, on connection: ConnectionID) {
        switch step {
        case .write(let bytes):
            guard isWithinLimit(bytes.count, for: connection) else { return }
            if joined?.connection == connection {
                joined?.bytes += bytes
            } else {
                flushJoined()
                joined = (connection, bytes)
            }
        case .close:
            flushJoined()
            forgetStreams(of: connection)
            output.append(.close(connection))
        }
    }

    /// Cuts a client off for which this turn has more than it may leave unread.
    private mutating func isWithinLimit(_ count: Int, for connection: ConnectionID) -> Bool {
        guard connections[connection.slot] != nil else { return true }
        let isFresh = connections[connection.slot]?.turn != turn
        let sum = count + (isFresh ? 0 : connections[connection.slot]?.outputByteCount ?? 0)
        connections[connection.slot]?.turn = turn
        connections[connection.slot]?.outputByteCount = sum
        guard sum > unreadLimit else { return true }
        cutOff(connection, unread: sum)
        return false
    }

    /// A client does not read what it is sent: it alone goes, before it takes the memory of all.
    private mutating func cutOff(_ connection: ConnectionID, unread: Int) {
        note(
            Finding(
                .unreadMessages,
                on: .lite,
                "after 5 s a message is cut short, and what follows looks corrupt; the classic nucleus's memory fills",
                component: connections[connection.slot]?.machine.component,
                detail: "\(unread) bytes"
            )
        )
        connections[connection.slot]?.machine.phase = .closed
        if joined?.connection == connection { joined = nil }
        flushJoined()
        forgetStreams(of: connection)
        schedule.forget(connection)
        output.append(.cutOff(connection))
    }

    /// So many bytes wait for a client, too many.
    mutating func hasLeftUnread(_ count: Int, on connection: ConnectionID, now: Duration) -> [NucleusAction] {
        self.now = now
        guard connections[connection.slot]?.identifier == connection else { return [] }
        cutOff(connection, unread: count)
        return takeOutput()
    }

    mutating func flushJoined() {
        guard let (connection, bytes) = joined else { return }
        joined = nil
        output.append(.write(connection, bytes))
    }

    mutating func takeOutput() -> [NucleusAction] {
        flushJoined()
        turn += 1
        defer { output = [] }
        return output
    }

    /// When ``timePassed(now:)`` is to be called.
    var nextDeadline: Duration? {
        var next = schedule.nextDue
        for due in [nextStallDeadline, readingPauses.values.min(), components.nextDue, deployments.nextDue] {
            if let due { next = min(next ?? due, due) }
        }
        return next
    }

    mutating func timePassed(now: Duration) -> [NucleusAction] {
        self.now = now
        lookAtStalls()
        for (connection, step) in schedule.takeDue(now: now) { emit(step, on: connection) }
        if !readingPauses.isEmpty { resumeReading() }
        components.advance(now: now)
        advanceDeployments()
        return takeOutput()
    }
}
