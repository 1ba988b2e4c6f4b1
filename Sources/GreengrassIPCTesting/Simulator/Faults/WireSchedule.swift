// SPDX-License-Identifier: Apache-2.0

/// Bytes that go out later than they were made, and whatever must not overtake them.
struct WireSchedule: Sendable {
    /// One step on a connection.
    enum Step: Sendable, Equatable {
        case write([UInt8])
        case close
    }

    private struct Entry: Sendable {
        var due: Duration
        var connection: ConnectionID
        var step: Step
        /// Why it waits, if something else may end that.
        var hold: Hold?
    }

    private enum Hold { case merging, overtaking }

    /// Sorted by when they are due; equal ones in the order they came.
    private var entries: [Entry] = []
    /// Connections in the middle of a message that goes out in pieces, and when its last piece is due.
    private var busyUntil: [ConnectionID: Duration] = [:]

    /// Far enough apart that a socket's write queue does not join them again.
    private static let pieceGap = Duration.microseconds(50)

    var nextDue: Duration? { entries.first?.due }

    /// Whether everything for this connection has to wait.
    private func isBusy(_ connection: ConnectionID) -> Bool { busyUntil[connection] != nil }

    /// Whether a message for this connection cannot go past the schedule: it has to wait, or others wait for it.
    func concerns(_ connection: ConnectionID) -> Bool {
        guard !entries.isEmpty || !busyUntil.isEmpty else { return false }
        return isBusy(connection) || hold(on: connection) != nil
    }

    /// Whether something for this connection has yet to go out.
    func holdsMessage(for connection: ConnectionID) -> Bool { entries.contains { $0.connection == connection } }

    /// Why a message of this connection is held back, if one is.
    private func hold(on connection: ConnectionID) -> Hold? {
        entries.first { $0.connection == connection && $0.hold != nil }?.hold
    }

    /// Puts a message on the wire as the faults want it. Returns what is to be done at once.
    mutating func add(_ frame: [UInt8], to connection: ConnectionID, faults: [Fault], now: Duration) -> [Step] {
        if faults.isEmpty, !concerns(connection) { return [.write(frame)] }
        var frame = frame
        var pieces: [[UInt8]]?
        var closes = false
        var delay = Duration.zero
        var held: (hold: Hold, due: Duration)?
        for fault in faults {
            switch fault {
            case .closeMidFrame:
                frame.removeLast(frame.count / 2)
                closes = true
            case .corruptChecksum: frame[frame.count - 1] ^= 1
            case .oversizedLength: frame = Self.oversized
            case .splitEveryByte: pieces = []
            case .replyLate(let duration): delay = duration
            case .noReply: return []
            case .merge(let within): held = (.merging, now + within)
            case .outOfOrder(let within): held = (.overtaking, now + within)
            case .duplicate: frame += frame
            case .ping: frame = ServerFrame.ping() + frame
            case .unknownStream: frame = ServerFrame.ofUnknownStream() + frame
            case .eventBeforeResponse, .refuseConnect, .deaf, .restart, .readSlowly: break
            }
        }
        if let held, !closes, pieces == nil, !isBusy(connection), delay == .zero || held.hold == .merging,
            self.hold(on: connection) ?? held.hold == held.hold
        {
            return hold(frame, held.hold, until: held.due + delay, on: connection)
        }
        if pieces != nil { pieces = frame.map { [$0] } }
        // One that is late is overtaken by what is held back, and does not end its waiting.
        guard delay == .zero, !isBusy(connection) else {
            return schedule(pieces ?? [frame], closes: closes, to: connection, delay: delay, now: now)
        }
        let released = release(connection)
        if released.isOvertaken, !closes {
            let steps = schedule(pieces ?? [frame], closes: false, to: connection, delay: .zero, now: now)
            return steps + schedule([released.bytes], closes: closes, to: connection, delay: .zero, now: now)
        }
        if pieces == nil {
            frame = released.bytes + frame
            return schedule([frame], closes: closes, to: connection, delay: .zero, now: now)
        }
        let first: [Step] = released.bytes.isEmpty ? [] : [.write(released.bytes)]
        return first + schedule(pieces ?? [], closes: closes, to: connection, delay: .zero, now: now)
    }

    /// Takes what is held back on a connection, now that another message goes out: behind that message if it was to be
    /// overtaken, else before it.
    private mutating func release(_ connection: ConnectionID) -> (bytes: [UInt8], isOvertaken: Bool) {
        guard let index = entries.firstIndex(where: { $0.connection == connection && $0.hold != nil }),
            case .write(let bytes) = entries[index].step
        else { return ([], false) }
        return (bytes, entries.remove(at: index).hold == .overtaking)
    }

    private mutating func hold(_ frame: [UInt8], _ hold: Hold, until due: Duration, on connection: ConnectionID)
        -> [Step]
    {
        guard let index = entries.firstIndex(where: { $0.connection == connection && $0.hold == hold }),
            case .write(let earlier) = entries[index].step
        else {
            insert(Entry(due: due, connection: connection, step: .write(frame), hold: hold))
            return []
        }
        if hold == .merging {
            entries[index].step = .write(earlier + frame)
            return []
        }
        entries.remove(at: index)
        return [.write(frame), .write(earlier)]
    }

    private mutating func schedule(
        _ pieces: [[UInt8]],
        closes: Bool,
        to connection: ConnectionID,
        delay: Duration,
        now: Duration
    ) -> [Step] {
        var due = max(now, busyUntil[connection] ?? now) + delay
        // Behind pieces that are late nothing may go out at once either.
        guard pieces.count > 1 || due > now || isBusy(connection) else {
            return pieces.map { .write($0) } + (closes ? [.close] : [])
        }
        for (index, piece) in pieces.enumerated() {
            if index > 0 { due += Self.pieceGap }
            insert(Entry(due: due, connection: connection, step: .write(piece)))
        }
        if closes { insert(Entry(due: due, connection: connection, step: .close)) }
        if pieces.count > 1 { busyUntil[connection] = due }
        return []
    }

    /// Closes the connection after what it still has to write in pieces. Returns whether to do so at once.
    mutating func close(_ connection: ConnectionID) -> Bool {
        guard let due = busyUntil[connection] else { return true }
        insert(Entry(due: due, connection: connection, step: .close))
        return false
    }

    private mutating func insert(_ entry: Entry) {
        let index = entries.firstIndex { $0.due > entry.due } ?? entries.endIndex
        entries.insert(entry, at: index)
    }

    /// Takes the steps whose time has come; of a message in pieces one at a time, so that a busy machine does not join
    /// them again.
    mutating func takeDue(now: Duration) -> [(connection: ConnectionID, step: Step)] {
        let end = entries.firstIndex { $0.due > now } ?? entries.endIndex
        var taken: [(connection: ConnectionID, step: Step)] = []
        var served: Set<ConnectionID> = []
        var left: [Entry] = []
        for entry in entries[..<end] {
            if isBusy(entry.connection), !served.insert(entry.connection).inserted {
                left.append(entry)
            } else {
                taken.append((entry.connection, entry.step))
            }
        }
        entries.replaceSubrange(..<end, with: left)
        busyUntil = busyUntil.filter { connection, due in
            due > now || left.contains { $0.connection == connection }
        }
        return taken
    }

    mutating func forget(_ connection: ConnectionID) {
        entries.removeAll { $0.connection == connection }
        busyUntil[connection] = nil
    }

    /// A prelude of 2 GiB less one byte, whose own checksum is right.
    private static let oversized: [UInt8] = [
        0x7f, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x37, 0x14, 0x79, 0xdf, 0x2a,
    ]
}
