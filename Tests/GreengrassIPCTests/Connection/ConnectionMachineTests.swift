// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import GreengrassIPC

@Suite(.timeLimit(.minutes(1)))
struct ConnectionMachineTests {
    typealias Machine = ConnectionMachine<String>

    enum Phase: CaseIterable { case awaitingAck, open, closed }

    private static let event = "aws.greengrass#IoTCoreMessage"
    private static let response = "aws.greengrass#SubscribeToIoTCoreResponse"
    private static let subscription = StreamKind.subscription(
        eventShape: Array(event.utf8),
        responseShape: Array(response.utf8)
    )
    private static let never = Instant(nanoseconds: .max)

    /// In `.open` stream 1 is a call, 2 a subscription without and 3 one with its response; 4 has ended.
    private static func machine(in phase: Phase) throws -> Machine {
        var machine = Machine()
        guard phase != .awaitingAck else { return machine }
        _ = machine.received(try .from(type: MessageType.connectAck, flags: 1, stream: 0))
        _ = machine.opened("call", .call, deadline: never)
        _ = machine.opened("new", subscription, deadline: never)
        _ = machine.opened("live", subscription, deadline: never)
        _ = machine.received(try .from(stream: 3, shape: response))
        _ = machine.opened("ended", .call, deadline: never)
        _ = machine.received(try .from(flags: 2, stream: 4))
        if phase == .closed { _ = machine.closed() }
        return machine
    }

    @Test(
        arguments: [
            // type, flags, expected
            (5, 1, "connected"), (5, 3, "connected"), (5, -1, "connected"), (5, 0, "refused"), (5, 2, "refused"),
            (0, 0, "fail 0"), (1, 2, "fail 1"), (2, 0, "fail 2"), (3, 0, "fail 3"), (4, 0, "fail 4"),
            (6, 0, "fail reported"), (7, 0, "fail reported"), (8, 0, "fail 8"), (-1, 0, "fail -1"),
        ] as [(Int32, Int32, String)]
    )
    func beforeTheAck(_ type: Int32, _ flags: Int32, _ expected: String) throws {
        var machine = try Self.machine(in: .awaitingAck)
        #expect(machine.received(try .from(type: type, flags: flags, stream: 0)).text == expected)
    }

    @Test(
        arguments: [
            (0, "fail 0"), (1, "fail 1"), (2, "ping"), (3, "none"), (4, "fail 4"), (5, "fail 5"),
            (6, "fail reported"), (7, "fail reported"), (8, "fail 8"), (-1, "fail -1"), (99, "fail 99"),
        ] as [(Int32, String)]
    )
    func onTheConnection(_ type: Int32, _ expected: String) throws {
        var machine = try Self.machine(in: .open)
        #expect(machine.received(try .from(type: type, flags: 1, stream: 0)).text == expected)
    }

    /// - Parameter after: what a second frame of the same kind does.
    @Test(
        arguments: [
            // stream, type, flags, shape, expected, after
            (1, 0, 2, "X", "reply call", "none"), (1, 0, 0, "X", "reply call", "none"),
            (1, 0, 0, nil, "reply call", "none"),
            (1, 1, 2, "X", "error call", "none"), (1, 1, 0, nil, "error call", "none"),
            (1, 2, 0, nil, "fail 2", "fail 2"), (1, 6, 0, nil, "fail 6", "fail 6"), (1, 8, 2, nil, "fail 8", "fail 8"),
            (2, 0, 0, response, "established new", "unknown new"), (2, 0, 0, nil, "established new", "unknown new"),
            (2, 0, 0, event, "event new", "event new"), (2, 0, 2, event, "event new", "none"),
            (2, 0, 0, "X", "unknown new", "unknown new"), (2, 0, 0, "", "unknown new", "unknown new"),
            (2, 0, 2, response, "ended new", "none"), (2, 0, 2, nil, "ended new", "none"),
            (2, 0, 2, "X", "ended new", "none"),
            (2, 1, 2, "X", "error new", "none"), (2, 1, 0, nil, "error new", "none"),
            (2, 5, 1, nil, "fail 5", "fail 5"),
            (3, 0, 0, event, "event live", "event live"), (3, 0, 6, event, "event live", "none"),
            (3, 0, 0, response, "unknown live", "unknown live"), (3, 0, 0, nil, "unknown live", "unknown live"),
            (3, 0, 2, nil, "ended live", "none"), (3, 1, 2, "X", "error live", "none"),
            (4, 0, 0, nil, "none", "none"), (4, 1, 2, nil, "none", "none"), (4, 2, 0, nil, "none", "none"),
            (77, 0, 0, event, "none", "none"), (-1, 1, 2, "X", "none", "none"), (.max, 6, 0, nil, "none", "none"),
        ] as [(Int32, Int32, Int32, String?, String, String)]
    )
    func onAStream(
        _ stream: Int32,
        _ type: Int32,
        _ flags: Int32,
        _ shape: String?,
        _ expected: String,
        _ after: String
    ) throws {
        var machine = try Self.machine(in: .open)
        let message = try RPCMessage.from(type: type, flags: flags, stream: stream, shape: shape)
        #expect(machine.received(message).text == expected)
        #expect(machine.received(message).text == after)
        // What the nucleus has ended must not be written to any more.
        if after == "none" { #expect(machine.abandon(stream) == false) }
    }

    @Test(arguments: -1...8 as ClosedRange<Int32>, 0...4 as ClosedRange<Int32>)
    func nothingMattersOnceClosed(_ type: Int32, _ stream: Int32) throws {
        var machine = try Self.machine(in: .closed)
        #expect(machine.received(try .from(type: type, flags: 1, stream: stream)).text == "none")
    }

    @Test func nothingMattersOnceRefused() throws {
        var machine = Machine()
        _ = machine.received(try .from(type: MessageType.connectAck, stream: 0))
        #expect(!machine.isOpen)
        #expect(machine.received(try .from(type: MessageType.connectAck, flags: 1, stream: 0)).text == "none")
    }

    @Test func anEventMayComeBeforeTheResponse() throws {
        var machine = try Self.machine(in: .open)
        #expect(machine.received(try .from(stream: 2, shape: Self.event)).text == "event new")
        #expect(machine.received(try .from(stream: 2, shape: Self.response)).text == "established new")
        #expect(machine.received(try .from(stream: 2, shape: Self.event)).text == "event new")
    }

    @Test func idsAreCountedFromOneAndUsedUpAtTheLast() throws {
        var machine = Machine()
        _ = machine.received(try .from(type: MessageType.connectAck, flags: 1, stream: 0))
        let ids = (1...5).map { _ in machine.opened("", .call, deadline: Self.never) }
        #expect(ids == [1, 2, 3, 4, 5])
        // An id is not used again, whatever became of its stream.
        #expect(machine.abandon(5) == true)
        #expect(machine.nextID == 6)

        var last = Machine(lastID: .max - 1)
        _ = last.received(try .from(type: MessageType.connectAck, flags: 1, stream: 0))
        #expect(last.opened("", .call, deadline: Self.never) == .max)
        #expect(last.nextID == nil)
    }

    @Test func aStreamIsGivenUpOnce() throws {
        var machine = try Self.machine(in: .open)
        #expect(machine.abandon(1) == true)
        #expect(machine.abandon(1) == false)
        #expect(machine.received(try .from(flags: 2, stream: 1)).text == "none")
        var closed = try Self.machine(in: .closed)
        #expect(closed.abandon(1) == false)
    }

    @Test func deadlinesEndTheirStreamsInOrder() throws {
        var machine = Machine()
        _ = machine.received(try .from(type: MessageType.connectAck, flags: 1, stream: 0))
        for (name, time) in [("a", 30), ("b", 10), ("c", 20), ("d", 10)] as [(String, Int64)] {
            _ = machine.opened(name, .call, deadline: Instant(nanoseconds: time))
        }
        #expect(machine.nextDeadline.nanoseconds == 10)
        #expect(machine.deadlinePassed(now: Instant(nanoseconds: 9)).isEmpty)
        #expect(machine.deadlinePassed(now: Instant(nanoseconds: 10)).map(\.context) == ["b", "d"])
        #expect(machine.nextDeadline.nanoseconds == 20)
        _ = machine.received(try .from(flags: 2, stream: 3))
        #expect(machine.deadlinePassed(now: Instant(nanoseconds: 25)).isEmpty)
        #expect(machine.deadlinePassed(now: Instant(nanoseconds: 30)).map(\.id) == [1])
        #expect(machine.nextDeadline == Self.never)
        // The nucleus's late answer is of no interest.
        #expect(machine.received(try .from(flags: 2, stream: 1)).text == "none")
    }

    @Test func theResponseLiftsASubscriptionsDeadline() throws {
        var machine = Machine()
        _ = machine.received(try .from(type: MessageType.connectAck, flags: 1, stream: 0))
        _ = machine.opened("s", Self.subscription, deadline: Instant(nanoseconds: 5))
        _ = machine.received(try .from(stream: 1, shape: Self.response))
        #expect(machine.deadlinePassed(now: Instant(nanoseconds: 6)).isEmpty)
        #expect(machine.streamCount == 1)
    }

    @Test func theEndAnswersEveryoneInOrder() throws {
        var machine = try Self.machine(in: .open)
        #expect(machine.closed() == ["call", "new", "live"])
        #expect(machine.closed().isEmpty)
        #expect(machine.deadlinePassed(now: Self.never).isEmpty)
    }
}

extension ConnectionMachine<String>.ReceivedAction {
    fileprivate var text: String {
        switch self {
        case .none: "none"
        case .connected: "connected"
        case .refused: "refused"
        case .reply(let name): "reply \(name)"
        case .error(let name): "error \(name)"
        case .established(let name): "established \(name)"
        case .event(let name): "event \(name)"
        case .ended(let name): "ended \(name)"
        case .unknownEvent(let name): "unknown \(name)"
        case .answerPing: "ping"
        case .fail(.reportedByPeer): "fail reported"
        case .fail(.unexpectedMessage(let type)): "fail \(type)"
        }
    }
}
