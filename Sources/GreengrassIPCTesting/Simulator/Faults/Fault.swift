// SPDX-License-Identifier: Apache-2.0

/// Something that goes wrong on purpose.
public enum Fault: Sendable, Hashable {
    /// Half of the message is written, then the connection is closed.
    case closeMidFrame
    /// The last bit of the message's checksum is flipped. A client has to close the connection.
    case corruptChecksum
    /// The message goes out byte by byte, each in a write of its own.
    case splitEveryByte
    /// The message announces a length of 2 GiB and the connection stays open.
    case oversizedLength
    /// The message goes out that much later; others on the connection overtake it.
    case replyLate(Duration)
    /// The message is swallowed; the connection stays open.
    case noReply
    /// The response of a subscription is held back until its first event has gone out, as lite can do it.
    case eventBeforeResponse
    /// CONNECT is refused, whatever its token.
    case refuseConnect
}

/// When a fault strikes.
public enum FaultPoint: Sendable, Hashable {
    /// The next message that the nucleus sends to anyone.
    case nextFrame
    /// The next answer to CONNECT.
    case connect
    /// The next reply to a call of this operation, named with or without `aws.greengrass#`; errors too.
    case reply(to: String)
    /// The next event on any stream.
    case event
}

/// The faults that are yet to strike.
struct FaultPlan: Sendable {
    private var waiting: [(point: FaultPoint, fault: Fault)] = []

    var isEmpty: Bool { waiting.isEmpty }

    mutating func add(_ fault: Fault, at point: FaultPoint, times: Int) {
        for _ in 0..<max(0, times) { waiting.append((Self.normalized(point), fault)) }
    }

    mutating func removeAll() { waiting.removeAll() }

    /// Takes the faults that strike a message of this kind: at most one of each sort, in the order injected.
    mutating func take(for kind: OutgoingKind) -> [Fault] {
        guard !waiting.isEmpty else { return [] }
        var taken: [Fault] = []
        waiting.removeAll { entry in
            guard kind.matches(entry.point), !taken.contains(where: { $0.isSameSort(as: entry.fault) }) else {
                return false
            }
            taken.append(entry.fault)
            return true
        }
        return taken
    }

    /// Takes this fault alone; whether it strikes.
    mutating func take(for kind: OutgoingKind, only fault: Fault) -> Bool {
        guard let index = waiting.firstIndex(where: { kind.matches($0.point) && $0.fault == fault }) else {
            return false
        }
        waiting.remove(at: index)
        return true
    }

    private static func normalized(_ point: FaultPoint) -> FaultPoint {
        guard case .reply(let operation) = point, !operation.hasPrefix(modelNamespace) else { return point }
        return .reply(to: modelNamespace + operation)
    }
}

/// What a message that is about to go out is, as far as faults care.
enum OutgoingKind: Sendable, Hashable {
    case acknowledgement
    /// With the operation's full name.
    case reply(String)
    case event
    case other

    func matches(_ point: FaultPoint) -> Bool {
        switch (point, self) {
        case (.nextFrame, _), (.connect, .acknowledgement), (.event, .event): true
        case (.reply(let wanted), .reply(let operation)): wanted == operation
        default: false
        }
    }
}

extension Fault {
    fileprivate func isSameSort(as other: Fault) -> Bool {
        switch (self, other) {
        case (.replyLate, .replyLate): true
        default: self == other
        }
    }
}
