// SPDX-License-Identifier: Apache-2.0

import EventStream

// Messages that come in pieces.
extension NucleusMachine {
    /// A message of which only the beginning has come.
    struct Stall: Sendable {
        var since: Duration
        var isNoted = false
    }

    /// A client that pauses so long in the middle of a message is told of.
    static let patience = Duration.seconds(1)
    /// Lite waits so long for the rest, and serves nobody meanwhile.
    static let liteReceiveTimeout = Duration.seconds(5)

    mutating func noteProgress(on connection: ConnectionID, unread: Int, _ hasMessage: Bool) {
        if unread == 0 {
            stalls[connection] = nil
        } else if hasMessage || stalls[connection] == nil {
            stalls[connection] = Stall(since: now)
            let deadline = now + Self.patience
            nextStallDeadline = min(nextStallDeadline ?? deadline, deadline)
        }
    }

    /// When this stall is to be looked at; `nil` is never again.
    private func deadline(of stall: Stall) -> Duration? {
        if !stall.isNoted { return stall.since + Self.patience }
        return dialect == .lite ? stall.since + Self.liteReceiveTimeout : nil
    }

    mutating func lookAtStalls() {
        guard let due = nextStallDeadline, due <= now else { return }
        defer { nextStallDeadline = stalls.values.compactMap(deadline(of:)).min() }
        for (connection, stall) in stalls {
            if !stall.isNoted, stall.since + Self.patience <= now {
                stalls[connection]?.isNoted = true
                let unread = connections[connection.slot]?.decoder.bufferedByteCount ?? 0
                note(
                    Finding(
                        .partialMessage,
                        on: .lite,
                        "every other component waits until the rest comes or 5 s are over",
                        component: connections[connection.slot]?.machine.component,
                        detail: "\(unread) bytes of a message, and no more for a second"
                    )
                )
            }
            if dialect == .lite, stall.since + Self.liteReceiveTimeout <= now {
                stalls[connection] = nil
                perform(connections[connection.slot]?.machine.decodeFailed(.corrupt) ?? [], on: connection)
            }
        }
    }
}
