// SPDX-License-Identifier: Apache-2.0

import EventReactor

/// Faults drawn by chance, the same ones for the same seed.
struct RandomFaults: Sendable {
    let seed: UInt64
    private var generator: SeededRandom

    init(seed: UInt64) {
        self.seed = seed
        generator = SeededRandom(seed: seed)
    }

    /// About one message in sixteen is struck, the answer to CONNECT never.
    mutating func next(for kind: OutgoingKind) -> Fault? {
        guard kind != .acknowledgement, generator.next() % 16 == 0 else { return nil }
        let sorts: [Fault] = [
            .replyLate(.milliseconds(Int64(generator.next() % 50) + 1)), .splitEveryByte,
            .merge(within: .milliseconds(20)), .outOfOrder(within: .milliseconds(20)), .ping, .unknownStream,
            kind == .event ? .duplicate : .ping, .corruptChecksum, .closeMidFrame,
        ]
        return sorts[Int(generator.next() % UInt64(sorts.count))]
    }
}
