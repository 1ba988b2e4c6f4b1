// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// When a process that the nucleus no longer knows ends, so that the nucleus launches it anew.
///
/// Both nuclei give a component up after three such ends within an hour, and classic relaunches within milliseconds:
/// so no end comes before a certain age, and no second one within an hour. An orphan, whose nucleus has died, has
/// nobody who counts: a second instance runs beside it, and it ends at once.
struct RelaunchPolicy: Sendable {
    /// No process younger than this asks.
    var minimumAge = Duration.seconds(30)
    /// From one request to the next.
    var interval = Duration.seconds(3600)
    /// Holds the time of the last request, in the component's working directory; empty for nowhere.
    var stampPath = ""
    /// The process that started this one.
    var parent = CurrentProcess.parent

    /// The earliest time at which the process may end.
    func exitTime(startedAt: Instant, now: Instant) -> Instant {
        exitTime(
            startedAt: startedAt,
            now: now,
            isOrphan: CurrentProcess.parent != parent,
            lastAsked: readStamp(),
            clock: WallClock.milliseconds()
        )
    }

    /// - Parameters:
    ///   - lastAsked: the time of day of the last request, in milliseconds; nil when there was none.
    ///   - clock: the time of day; a device without a battery may begin in 1970, so that the last request lies ahead.
    func exitTime(startedAt: Instant, now: Instant, isOrphan: Bool, lastAsked: Int64?, clock: Int64) -> Instant {
        if isOrphan { return now }
        var earliest = max(now, startedAt + minimumAge)
        if let lastAsked, clock >= lastAsked {
            let rest = interval - .milliseconds(clock - lastAsked)
            if rest > .zero { earliest = max(earliest, now + rest) }
        }
        return earliest
    }

    /// Remembers that a relaunch is asked for now.
    func willAsk() {
        guard !stampPath.isEmpty else { return }
        // Without the stamp the nucleus's own limit is what is left.
        try? Files.replace(stampPath, with: Array("\(WallClock.milliseconds())\n".utf8))
    }

    private func readStamp() -> Int64? {
        guard !stampPath.isEmpty, let bytes = try? Files.read(stampPath, limit: 64) else { return nil }
        return Int64(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
