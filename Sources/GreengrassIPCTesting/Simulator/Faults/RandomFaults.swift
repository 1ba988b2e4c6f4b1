// SPDX-License-Identifier: Apache-2.0

/// Faults drawn by chance, the same ones for the same seed.
struct RandomFaults: Sendable {
    let seed: UInt64
    private var generator: SplitMix

    init(seed: UInt64) {
        self.seed = seed
        generator = SplitMix(state: seed)
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

/// The generator of Steele, Lea and Flood: 64 bits of state, and the same numbers everywhere.
struct SplitMix: RandomNumberGenerator, Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
