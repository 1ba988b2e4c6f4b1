// SPDX-License-Identifier: Apache-2.0

import EventReactor

/// A fault by its name, as `late:200ms`: what, where and how often.
public struct SimulatedFault: Sendable, Hashable, CustomStringConvertible {
    /// The faults that there are.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case late, split, merged, corrupt, oversized, truncated, duplicate, deaf, restart, ping, unknown, silent, random
        case outOfOrder = "out-of-order"
        case eventFirst = "event-first"
        case refusedToken = "refused-token"
        case slowReader = "slow-reader"
    }

    /// Which one.
    public let kind: Kind
    /// For a fault that waits: how long.
    public let duration: Duration?
    /// How often it strikes; nil for always.
    public let times: Int?
    /// The random mode's seed, which repeats its faults.
    public let seed: UInt64?
    /// The name and the value; of the random mode the seed that was made up too.
    public let description: String

    /// Reads `NAME`, or `NAME:VALUE`.
    ///
    /// VALUE is a duration, as `200ms` or `2s`, for `late`, `merged`, `out-of-order` and `slow-reader`; the seed of
    /// `random`; for all others how often the fault strikes. <doc:Faults> lists them all.
    ///
    /// - Throws: ``NucleusSimulatorError`` that lists the names, or says what the value must be.
    public init(parsing text: String) throws(NucleusSimulatorError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, let kind = Kind(rawValue: String(name)) else {
            let names = Kind.allCases.map(\.rawValue).sorted().joined(separator: ", ")
            throw NucleusSimulatorError(.invalidFault, "there is no fault '\(text)'; there are \(names)")
        }
        let value = parts.count > 1 ? String(parts[1]) : nil
        self.kind = kind
        var duration = kind.usualDuration
        var times = kind.usualTimes
        var seed: UInt64?
        if kind == .random {
            var system = SystemRandom()
            seed = value.map { UInt64($0) } ?? (system.next() >> 32)
            guard seed != nil else { throw Self.invalid(text, "a seed, as random:42") }
        } else if duration != nil {
            if let value { duration = Self.duration(value) }
            guard duration != nil else { throw Self.invalid(text, "a duration, as \(kind.rawValue):200ms or 2s") }
        } else if let value {
            guard let count = Int(value), count > 0 else {
                throw Self.invalid(text, "how often, as \(kind.rawValue):3")
            }
            times = count
        }
        self.duration = duration
        self.times = times
        self.seed = seed
        description = seed.map { "random:\($0)" } ?? text
    }

    private static func invalid(_ text: String, _ expected: String) -> NucleusSimulatorError {
        NucleusSimulatorError(.invalidFault, "'\(text)' is no fault: after the colon comes \(expected)")
    }

    private static func duration(_ text: String) -> Duration? {
        let isMilliseconds = text.hasSuffix("ms")
        guard text.hasSuffix("s"), let number = Int64(text.dropLast(isMilliseconds ? 2 : 1)),
            (0...3_600_000).contains(number)
        else { return nil }
        return isMilliseconds ? .milliseconds(number) : .seconds(number)
    }

    func add(to plan: inout FaultPlan) {
        if let seed { return plan.add(RandomFaults(seed: seed)) }
        guard let (fault, point) = kind.effect(duration ?? .zero) else { return }
        plan.add(fault, at: point, times: times ?? .max)
    }
}

extension SimulatedFault.Kind {
    /// What it does, in a line.
    public var summary: String {
        switch self {
        case .late: "every message but the answer to CONNECT goes out later: a duration, 200ms unless given"
        case .split: "every such message goes out byte by byte"
        case .merged: "messages of so long, 20ms unless given, go out in one write"
        case .outOfOrder: "each two replies change places, if the second comes within so long, 100ms unless given"
        case .corrupt: "a message's checksum is wrong: once, or so often"
        case .oversized: "a message announces 2 GiB: once, or so often"
        case .truncated: "half a message, then the end of the connection: once, or so often"
        case .duplicate: "every event comes twice"
        case .deaf: "a subscription is answered and hears nothing: once, or so often"
        case .refusedToken: "CONNECT is refused: once, or so often"
        case .slowReader: "after every message nothing is read from its client for so long, 200ms unless given"
        case .restart: "in place of a message connections end and tokens change: once, or so often"
        case .ping: "a PING before every message"
        case .unknown: "a message of a stream that nobody opened before every message"
        case .silent: "a reply that never comes: once, or so often"
        case .eventFirst: "of a subscription to a topic the first event comes before the response"
        case .random:
            "one message in sixteen is late, split, merged, out of order, doubled, corrupt, truncated or has "
                + "company; the same ones for the same seed"
        }
    }

    fileprivate var usualDuration: Duration? {
        switch self {
        case .late: .milliseconds(200)
        case .merged: .milliseconds(20)
        case .outOfOrder: .milliseconds(100)
        case .slowReader: .milliseconds(200)
        default: nil
        }
    }

    fileprivate var usualTimes: Int? {
        switch self {
        case .corrupt, .oversized, .truncated, .deaf, .refusedToken, .restart, .silent: 1
        default: nil
        }
    }

    func effect(_ duration: Duration) -> (Fault, FaultPoint)? {
        switch self {
        case .late: (.replyLate(duration), .message)
        case .split: (.splitEveryByte, .message)
        case .merged: (.merge(within: duration), .message)
        case .outOfOrder: (.outOfOrder(within: duration), .anyReply)
        case .corrupt: (.corruptChecksum, .message)
        case .oversized: (.oversizedLength, .message)
        case .truncated: (.closeMidFrame, .message)
        case .duplicate: (.duplicate, .event)
        case .deaf: (.deaf, .subscription)
        case .refusedToken: (.refuseConnect, .connect)
        case .restart: (.restart, .message)
        case .ping: (.ping, .message)
        case .unknown: (.unknownStream, .message)
        case .silent: (.noReply, .anyReply)
        case .eventFirst: (.eventBeforeResponse, .subscription)
        case .slowReader: (.readSlowly(duration), .message)
        case .random: nil
        }
    }
}
