// SPDX-License-Identifier: Apache-2.0

// What goes out, and the faults on its way.
extension NucleusMachine {
    mutating func send(_ frame: [UInt8], _ kind: OutgoingKind, on connection: ConnectionID) {
        guard !faults.isEmpty else { return write(frame, to: connection, faults: []) }
        var struck = faults.take(for: kind)
        if let index = struck.firstIndex(of: .eventBeforeResponse) {
            struck.remove(at: index)
            // Only a subscription that was made is going to have an event.
            if let stream = answering, broker.subscriptions.contains(where: { $0.stream == stream }) {
                heldBack[stream] = frame
                return
            }
        }
        if let stream = answering, struck.contains(.deaf) { deafStreams.insert(stream) }
        if struck.contains(.restart) {
            isRestartDue = true
            return
        }
        write(frame, to: connection, faults: struck)
    }

    mutating func write(_ frame: [UInt8], to connection: ConnectionID, faults: [Fault]) {
        if faults.isEmpty, !schedule.isBusy(connection) { return emit(.write(frame), on: connection) }
        for step in schedule.add(frame, to: connection, faults: faults, now: now) { emit(step, on: connection) }
    }

    mutating func close(_ connection: ConnectionID) {
        if schedule.close(connection) { emit(.close, on: connection) }
    }

    mutating func emit(_ step: WireSchedule.Step, on connection: ConnectionID) {
        switch step {
        case .write(let bytes):
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

    mutating func flushJoined() {
        guard let (connection, bytes) = joined else { return }
        joined = nil
        output.append(.write(connection, bytes))
    }

    mutating func takeOutput() -> [NucleusAction] {
        flushJoined()
        defer { output = [] }
        return output
    }

    /// When ``timePassed(now:)`` is to be called.
    var nextDeadline: Duration? {
        let stall = stalls.isEmpty ? Duration?.none : nextStallDeadline
        return [schedule.nextDue, stall, components.nextDue, deployments.nextDue].compactMap { $0 }.min()
    }

    mutating func timePassed(now: Duration) -> [NucleusAction] {
        self.now = now
        if !stalls.isEmpty { lookAtStalls() }
        for (connection, step) in schedule.takeDue(now: now) { emit(step, on: connection) }
        components.advance(now: now)
        advanceDeployments()
        return takeOutput()
    }
}
