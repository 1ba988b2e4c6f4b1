// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

@Suite("Faults", .timeLimit(.minutes(1)))
struct FaultTests {
    private let call = ClientFrame.call(1, "GetConfiguration", #"{"keyPath":["x"]}"#)

    private func harness(_ fault: Fault, at point: FaultPoint = .nextFrame, times: Int = 1) -> (Harness, Int) {
        var harness = Harness(.classic)
        let connection = harness.login()
        harness.nucleus.faults.add(fault, at: point, times: times)
        return (harness, connection)
    }

    @Test("Half a message, then the end")
    func closeMidFrame() {
        var (harness, connection) = harness(.closeMidFrame)
        let events = harness.send(call, on: connection)
        #expect(events.count == 2 && events.last == .closed)
        guard case .garbage(let bytes)? = events.first else {
            Issue.record("not half a message: \(events)")
            return
        }
        #expect(!bytes.isEmpty)
    }

    @Test("A wrong checksum", arguments: [Fault.corruptChecksum, .oversizedLength])
    func unreadable(fault: Fault) {
        var (harness, connection) = harness(fault)
        guard case .garbage? = harness.send(call, on: connection).first else {
            Issue.record("the message can be read")
            return
        }
    }

    @Test("Byte by byte, and nothing overtakes")
    func splitting() {
        var (harness, connection) = harness(.splitEveryByte)
        #expect(harness.send(call, on: connection) == [])
        let second = ClientFrame.call(2, "GetConfiguration", #"{"keyPath":["x"]}"#)
        #expect(harness.send(second, on: connection) == [])
        var actions: [NucleusAction] = []
        while let deadline = harness.nucleus.nextDeadline {
            actions += harness.nucleus.timePassed(now: deadline)
        }
        let pieces = actions.map { action -> [UInt8] in
            if case .write(_, let bytes) = action { bytes } else { [] }
        }
        var decoder = MessageDecoder()
        decoder.append(Array(pieces.joined()))
        let streams = [try? decoder.next(), try? decoder.next()].map { $0??.headers[":stream-id"] }
        #expect(streams == [.int32(1), .int32(2)])
        #expect(pieces.dropLast().allSatisfy { $0.count == 1 })
        #expect(pieces.count > 100)
    }

    @Test("However late a machine looks, pieces stay pieces and nothing overtakes them")
    func splittingWhenLate() {
        let connection = ConnectionID(number: 1)
        var schedule = WireSchedule()
        #expect(schedule.add([1, 2, 3], to: connection, faults: [.splitEveryByte], now: .zero) == [])
        let late = Duration.seconds(10)
        #expect(schedule.takeDue(now: late).map(\.step) == [.write([1])])
        #expect(schedule.add([4, 5], to: connection, faults: [], now: late) == [])
        var sent: [WireSchedule.Step] = []
        while let step = schedule.takeDue(now: late).first?.step { sent.append(step) }
        #expect(sent == [.write([2]), .write([3]), .write([4, 5])])
        #expect(schedule.add([6], to: connection, faults: [], now: late) == [.write([6])])
    }

    @Test("A late reply is overtaken")
    func late() {
        var (harness, connection) = harness(.replyLate(.seconds(2)), at: .reply(to: "GetConfiguration"))
        let second = ClientFrame.call(2, "GetConfiguration", #"{"keyPath":["x"]}"#)
        #expect(harness.send(call, second, on: connection).map(\.stream) == [2])
        #expect(harness.nucleus.nextDeadline == .seconds(2))
        harness.advance(.seconds(1))
        #expect(harness.take(connection) == [])
        harness.advance(.seconds(1))
        #expect(harness.take(connection).map(\.stream) == [1])
        #expect(harness.nucleus.nextDeadline == nil)
    }

    @Test("A late reply of a connection that is gone goes nowhere")
    func lateAndGone() {
        var (harness, connection) = harness(.replyLate(.seconds(2)))
        _ = harness.send(call, on: connection)
        harness.disconnect(connection)
        #expect(harness.nucleus.nextDeadline == nil)
    }

    @Test("The event comes before the response", arguments: Dialect.allCases)
    func eventFirst(dialect: Dialect) {
        var harness = Harness(dialect)
        let connection = harness.login()
        harness.nucleus.faults.add(.eventBeforeResponse, at: .reply(to: "SubscribeToIoTCore"), times: 1)
        #expect(harness.send(ClientFrame.subscribe(1, "a"), on: connection) == [])
        harness.publish("a")
        harness.publish("a")
        let shapes = harness.take(connection).map(\.shape)
        #expect(shapes == ["IoTCoreMessage", "SubscribeToIoTCoreResponse", "IoTCoreMessage"])
    }

    @Test("A refused subscription has no event to wait for")
    func refusedSubscription() {
        var harness = Harness(.lite)
        let connection = harness.login()
        _ = harness.send(ClientFrame.subscribe(1, "a"), on: connection)
        harness.nucleus.faults.add(.eventBeforeResponse, at: .reply(to: "SubscribeToIoTCore"), times: 1)
        #expect(harness.send(ClientFrame.subscribe(2, "a+"), on: connection).map(\.shape) == ["ServiceError"])
    }

    @Test("A fault strikes as often as it was asked for, and only where")
    func counted() {
        var (harness, connection) = harness(.noReply, at: .reply(to: "aws.greengrass#GetConfiguration"), times: 2)
        #expect(harness.send(ClientFrame.subscribe(1, "a"), on: connection).count == 1)
        let answered = (2...5).map { stream in
            harness.send(ClientFrame.call(stream, "GetConfiguration"), on: connection).count
        }
        #expect(answered == [0, 0, 1, 1])
    }

    @Test("CONNECT is refused once", arguments: Dialect.allCases)
    func refused(dialect: Dialect) {
        var harness = Harness(dialect)
        harness.nucleus.faults.add(.refuseConnect, at: .connect, times: 1)
        let events = harness.send(ClientFrame.connect(Harness.token), on: harness.open())
        #expect(events.last == .closed && events.first?.flags != 1)
        #expect(harness.send(ClientFrame.connect(Harness.token), on: harness.open()).first?.flags == 1)
    }

    // MARK: - Held back

    private func get(_ stream: Int32) -> [UInt8] {
        ClientFrame.call(stream, "GetConfiguration", #"{"keyPath":["x"]}"#)
    }

    @Test("What follows goes out with a message that is held back for company, and never past it")
    func merging() {
        var (harness, connection) = harness(.merge(within: .seconds(1)))
        #expect(harness.send(get(1), on: connection) == [])
        #expect(harness.send(get(2), on: connection).map(\.stream) == [1, 2])
        #expect(harness.nucleus.nextDeadline == nil)
        harness.nucleus.faults.add(.merge(within: .seconds(1)), at: .nextFrame, times: 2)
        #expect(harness.send(get(3), on: connection) == [])
        #expect(harness.send(get(4), on: connection) == [])
        harness.advance(.seconds(1))
        #expect(harness.take(connection).map(\.stream) == [3, 4])
    }

    @Test("Any message that goes out lets the one go that was to be overtaken", arguments: [1, 2])
    func overtaking(times: Int) {
        var (harness, connection) = harness(.outOfOrder(within: .seconds(1)), at: .anyReply, times: times)
        #expect(harness.send(get(1), on: connection) == [])
        #expect(harness.send(get(2), on: connection).map(\.stream) == [2, 1])
        #expect(harness.nucleus.nextDeadline == nil)
        #expect(harness.send(get(3), on: connection).map(\.stream) == [3])
    }

    @Test("What is held back precedes half a message and pieces, and waits for nothing that is late")
    func holdingAndOthers() {
        let connection = ConnectionID(number: 1)
        func held(_ fault: Fault) -> WireSchedule {
            var schedule = WireSchedule()
            #expect(schedule.add([1, 2], to: connection, faults: [fault], now: .zero) == [])
            return schedule
        }
        for fault in [Fault.merge(within: .seconds(1)), .outOfOrder(within: .seconds(1))] {
            var schedule = held(fault)
            let steps = schedule.add([3, 4], to: connection, faults: [.closeMidFrame], now: .zero)
            #expect(steps == [.write([1, 2, 3]), .close])
            schedule = held(fault)
            #expect(schedule.add([3], to: connection, faults: [.replyLate(.seconds(3))], now: .zero) == [])
            #expect(schedule.takeDue(now: .seconds(1)).map(\.step) == [.write([1, 2])])
            #expect(schedule.nextDue == .seconds(3))
        }
        var schedule = held(.merge(within: .seconds(1)))
        #expect(schedule.add([3, 4], to: connection, faults: [.splitEveryByte], now: .zero) == [.write([1, 2])])
        schedule = held(.outOfOrder(within: .seconds(1)))
        #expect(schedule.add([3, 4], to: connection, faults: [.splitEveryByte], now: .zero) == [])
        var steps: [WireSchedule.Step] = []
        while let step = schedule.takeDue(now: .seconds(9)).first?.step { steps.append(step) }
        #expect(steps == [.write([3]), .write([4]), .write([1, 2])])
        // Of two reasons to hold a message back the first one counts.
        schedule = held(.merge(within: .seconds(1)))
        let both = schedule.add([3], to: connection, faults: [.outOfOrder(within: .seconds(1))], now: .zero)
        #expect(both == [.write([1, 2, 3])])
    }

    @Test("Of two faults of one sort the second strikes the next message, whatever their values")
    func oneOfEachSort() {
        let sorts: [(Fault, Fault)] = [
            (.replyLate(.seconds(1)), .replyLate(.seconds(2))), (.merge(within: .seconds(1)), .merge(within: .zero)),
            (.outOfOrder(within: .seconds(1)), .outOfOrder(within: .zero)),
            (.readSlowly(.seconds(1)), .readSlowly(.seconds(2))), (.ping, .ping),
        ]
        for (first, second) in sorts {
            var plan = FaultPlan()
            for fault in [first, second, .unknownStream] { plan.add(fault, at: .message, times: 1) }
            #expect(plan.take(for: .event) == [first, .unknownStream])
            #expect(plan.take(for: .event) == [second])
            #expect(plan.isEmpty)
        }
    }

    // MARK: - Slow readers, subscriptions

    @Test("Nothing is read for a while, and then again; a new pause adds nothing to one that lasts longer")
    func slowReader() {
        var (harness, connection) = harness(.readSlowly(.seconds(2)))
        #expect(harness.send(get(1), on: connection).count == 1)
        #expect(harness.reading[connection] == false)
        harness.advance(.seconds(1))
        harness.nucleus.faults.add(.readSlowly(.milliseconds(10)), at: .anyReply, times: 1)
        // What had been read before is still served.
        #expect(harness.send(get(2), on: connection).count == 1)
        #expect(harness.reading[connection] == false && harness.nucleus.nextDeadline == .seconds(2))
        harness.advance(.seconds(1))
        #expect(harness.reading[connection] == true && harness.nucleus.nextDeadline == nil)
        harness.nucleus.faults.add(.readSlowly(.seconds(2)), at: .anyReply, times: 1)
        _ = harness.send(get(3), on: connection)
        harness.disconnect(connection)
        #expect(harness.nucleus.nextDeadline == nil)
    }

    @Test("Faults of subscriptions are not about IoT Core alone", arguments: Dialect.allCases)
    func localSubscriptions(dialect: Dialect) {
        var harness = Harness(dialect)
        let connection = harness.login()
        harness.nucleus.faults.add(.deaf, at: .subscription, times: 1)
        _ = harness.send(get(1), ClientFrame.call(2, "SubscribeToTopic", #"{"topic":"a"}"#), on: connection)
        harness.publishLocally("a", .json(["n": 1]))
        #expect(harness.take(connection) == [])
        harness.nucleus.faults.add(.eventBeforeResponse, at: .subscription, times: 1)
        #expect(harness.send(ClientFrame.call(3, "SubscribeToTopic", #"{"topic":"a"}"#), on: connection) == [])
        harness.publishLocally("a", .json(["n": 2]))
        #expect(harness.take(connection).map(\.shape) == ["SubscriptionResponseMessage", "SubscribeToTopicResponse"])
    }

    @Test("Who gives up a call whose answer is swallowed or under way is not accused of it")
    func givingUp() {
        for fault in [Fault.noReply, .replyLate(.seconds(2))] {
            var (harness, connection) = harness(fault)
            #expect(harness.send(get(1), ClientFrame.terminate(1), on: connection) == [])
            #expect(harness.nucleus.findings == [])
            harness.advance(.seconds(3))
            _ = harness.take(connection)
            #expect(harness.send(get(2), on: connection).count == 1)
        }
    }

    @Test("A restart ends connections without a word and forgets their streams")
    func restart() {
        var harness = Harness(.classic)
        let connection = harness.login()
        _ = harness.send(ClientFrame.subscribe(1, "a"), on: connection)
        #expect(harness.nucleus.restart(now: harness.now) == [.close(ConnectionID(number: connection))])
        harness.disconnect(connection)
        harness.nucleus.setComponent(Harness.component, token: "QRSTUVWXYZ234567", configuration: [:])
        #expect(harness.send(ClientFrame.connect(Harness.token), on: harness.open()).first?.flags == 0)
        let again = harness.open()
        _ = harness.send(ClientFrame.connect("QRSTUVWXYZ234567"), ClientFrame.subscribe(1, "a"), on: again)
        harness.publish("a")
        #expect(harness.take(again).count == 1)
    }
}
