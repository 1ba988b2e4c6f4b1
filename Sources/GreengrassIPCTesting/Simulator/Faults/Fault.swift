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
    /// The message goes out that much later; others on the connection overtake it, unless they are late too.
    case replyLate(Duration)
    /// The message is swallowed; the connection stays open.
    case noReply
    /// The response of a subscription is held back until its first event has gone out, as lite can do it.
    case eventBeforeResponse
    /// CONNECT is refused, whatever its token.
    case refuseConnect
    /// The message is held back for that long, and what follows it meanwhile goes out in the same write.
    case merge(within: Duration)
    /// The message is held back until the next one of its connection has gone out, at most that long.
    case outOfOrder(within: Duration)
    /// The message goes out twice.
    case duplicate
    /// The subscription that is answered never hears anything.
    case deaf
    /// A PING goes out before the message.
    case ping
    /// A message of a stream that the client never opened goes out before the message.
    case unknownStream
    /// In place of the message every connection ends without a word, and the tokens change.
    case restart
    /// The message goes out, and for that long nothing more is read from its client, whose writes back up.
    case readSlowly(Duration)
}

/// When a fault strikes.
public enum FaultPoint: Sendable, Hashable {
    /// The next message that the nucleus sends to anyone.
    case nextFrame
    /// The next message that is no answer to CONNECT.
    case message
    /// The next reply to any call; errors too.
    case anyReply
    /// The next answer to CONNECT.
    case connect
    /// The next reply to a call of this operation, named with or without `aws.greengrass#`; errors too.
    case reply(to: String)
    /// The next reply to a call that subscribes to something; errors too.
    case subscription
    /// The next event on any stream.
    case event
}

/// The faults that are yet to strike.
struct FaultPlan: Sendable {
    private var waiting: [(point: FaultPoint, fault: Fault, times: Int)] = []
    private var random: RandomFaults?

    var isEmpty: Bool { waiting.isEmpty && random == nil }

    mutating func add(_ fault: Fault, at point: FaultPoint, times: Int) {
        if times > 0 { waiting.append((Self.normalized(point), fault, times)) }
    }

    mutating func add(_ random: RandomFaults) { self.random = random }

    mutating func removeAll() { self = FaultPlan() }

    /// Takes the faults that strike a message of this kind: at most one of each sort, in the order injected.
    mutating func take(for kind: OutgoingKind) -> [Fault] {
        var taken: [Fault] = []
        for index in waiting.indices where kind.matches(waiting[index].point) {
            let fault = waiting[index].fault
            guard !taken.contains(where: { $0.sort == fault.sort }) else { continue }
            taken.append(fault)
            waiting[index].times -= 1
        }
        if !taken.isEmpty { waiting.removeAll { $0.times == 0 } }
        if taken.isEmpty, let fault = random?.next(for: kind) { taken.append(fault) }
        return taken
    }

    /// Takes this fault alone; whether it strikes.
    mutating func take(for kind: OutgoingKind, only fault: Fault) -> Bool {
        guard let index = waiting.firstIndex(where: { kind.matches($0.point) && $0.fault == fault }) else {
            return false
        }
        waiting[index].times -= 1
        if waiting[index].times == 0 { waiting.remove(at: index) }
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
        case (.message, .acknowledgement): false
        case (.nextFrame, _), (.message, _), (.anyReply, .reply), (.connect, .acknowledgement), (.event, .event): true
        case (.reply(let wanted), .reply(let operation)): wanted == operation
        case (.subscription, .reply(let operation)): operation.hasPrefix(modelNamespace + "SubscribeTo")
        default: false
        }
    }
}

extension Fault {
    /// Which fault it is, whatever its value.
    enum Sort: String, Sendable, Hashable, CaseIterable {
        case closeMidFrame, corruptChecksum, splitEveryByte, oversizedLength, replyLate, noReply, eventBeforeResponse
        case refuseConnect, merge, outOfOrder, duplicate, deaf, ping, unknownStream, restart, readSlowly
    }

    var sort: Sort {
        switch self {
        case .closeMidFrame: .closeMidFrame
        case .corruptChecksum: .corruptChecksum
        case .splitEveryByte: .splitEveryByte
        case .oversizedLength: .oversizedLength
        case .replyLate: .replyLate
        case .noReply: .noReply
        case .eventBeforeResponse: .eventBeforeResponse
        case .refuseConnect: .refuseConnect
        case .merge: .merge
        case .outOfOrder: .outOfOrder
        case .duplicate: .duplicate
        case .deaf: .deaf
        case .ping: .ping
        case .unknownStream: .unknownStream
        case .restart: .restart
        case .readSlowly: .readSlowly
        }
    }
}
