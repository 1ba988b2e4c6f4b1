// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC

@testable import GreengrassIPCTesting

/// Plays a recorded session's clients to a simulated nucleus without sockets.
struct FidelityRun {
    private let session: RecordedSession
    private let scenario: FidelityScenario
    private var nucleus: NucleusMachine
    private(set) var replay: ClientReplay
    private var now = Duration.zero
    /// When each connection's clock began.
    private var origins: [Int: Duration] = [:]
    private var decoders: [Int: MessageDecoder] = [:]
    private var gone: Set<Int> = []

    /// Plays a scenario to its end.
    static func verdicts(of scenario: FidelityScenario) throws -> [Verdict] {
        var run = FidelityRun(scenario, try Recordings.load(scenario.name))
        for item in run.schedule() { run.perform(item) }
        return run.replay.verdicts
    }

    private init(_ scenario: FidelityScenario, _ session: RecordedSession) {
        self.session = session
        self.scenario = scenario
        replay = ClientReplay(session)
        nucleus = NucleusMachine(dialect: scenario.dialect, unsubackDelay: .zero, brokerState: scenario.brokerState)
        if !scenario.hasPlugins { nucleus.plugins = [] }
        nucleus.servesConnectionStatus = false
        nucleus.acceptsComponentNames = false
        nucleus.isSupervisionAbsent = scenario.isSupervisionAbsent
        nucleus.dayOrigin = FidelityRun.dayOrigin(of: session)
        for component in Set(scenario.tokens.values).union(scenario.configurations.keys) {
            let configuration = scenario.configurations[component] ?? [:]
            let token = scenario.tokens.first { $0.value == component }?.key ?? "no \(component)"
            nucleus.setComponent(component, token: token, configuration: configuration, access: .configured)
        }
        nucleus.names = scenario.tokens
        scenario.setUp(&nucleus, session)
    }

    /// The real clock was a little before the first time that a client named.
    private static func dayOrigin(of session: RecordedSession) -> Int64 {
        for entry in session.entries where entry.sender == .client {
            guard case .message(let bytes) = entry.content, let message = decode(bytes),
                message.headers["operation"] == .string("aws.greengrass#UpdateConfiguration"),
                let seconds = (try? JSONValue(jsonBytes: message.payload))?["timestamp"]?.doubleValue
            else { continue }
            return Int64(seconds * 1000 - entry.milliseconds) - 100
        }
        return 1_795_000_000_000
    }

    private struct Item {
        var connection: Int
        var milliseconds: Double
        var event: Event

        enum Event {
            case turn(ClientReplay.Step)
            case stimulus(FidelityScenario.Action)
            /// The server did something, which is not before its time here either.
            case wait
        }
    }

    /// What the clients did, what the scenario says, and what the cloud must have sent, in order.
    private func schedule() -> [Item] {
        var items: [Item] = []
        var turns = replay.turns[...]
        var stimuli = scenario.stimuli
        var cloud = Cloud()
        func addStimuli(before milliseconds: Double, on connection: Int) {
            while let index = stimuli.firstIndex(where: {
                $0.connection == connection && $0.milliseconds <= milliseconds
            }) {
                let stimulus = stimuli.remove(at: index)
                items.append(
                    Item(
                        connection: connection,
                        milliseconds: stimulus.milliseconds,
                        event: .stimulus(stimulus.action)
                    )
                )
            }
        }
        for entry in session.entriesInOrder {
            let (number, time) = (entry.connection, entry.milliseconds)
            while let turn = turns.first, turn.step == .connect, turn.connection == number {
                items.append(Item(connection: number, milliseconds: 0, event: .turn(turns.removeFirst().step)))
            }
            addStimuli(before: time, on: number)
            if entry.sender == .client {
                if case .message(let bytes) = entry.content { cloud.noteClient(bytes) }
                items.append(Item(connection: number, milliseconds: time, event: .turn(turns.removeFirst().step)))
            } else if case .message(let bytes) = entry.content, let message = cloud.unprovoked(bytes, at: time, number)
            {
                items.append(Item(connection: number, milliseconds: time, event: .stimulus(.publish(message))))
            } else {
                items.append(Item(connection: number, milliseconds: time, event: .wait))
            }
        }
        for number in session.connections { addStimuli(before: .infinity, on: number) }
        return items
    }

    private mutating func perform(_ item: Item) {
        let origin = origins[item.connection] ?? now
        origins[item.connection] = origin
        passTime(until: max(now, origin + .microseconds(Int64(item.milliseconds * 1000))))
        let connection = ConnectionID(number: item.connection)
        switch item.event {
        case .wait: break
        case .stimulus(let action): perform(action, connection)
        case .turn(.connect): nucleus.connected(connection)
        case .turn(.send(let bytes)):
            guard !gone.contains(item.connection) else { return }
            note(nucleus.received(replay.translated(bytes).span, on: connection, now: now))
        case .turn(.sendOmitted(let count)):
            guard let bytes = scenario.substitutes[count] ?? OmittedMessage.make(count) else { return }
            note(nucleus.received(bytes.span, on: connection, now: now))
        case .turn(.close):
            replay.closed(item.connection)
            note(nucleus.endOfFile(on: connection, now: now))
            note(nucleus.disconnected(connection, now: now))
        }
    }

    /// What follows from a deadline happens at its time.
    private mutating func passTime(until end: Duration) {
        while let due = nucleus.nextDeadline, due < end {
            now = max(due, now + .nanoseconds(1))
            note(nucleus.timePassed(now: now))
        }
        now = max(now, end)
        note(nucleus.timePassed(now: now))
    }

    private mutating func perform(_ action: FidelityScenario.Action, _ connection: ConnectionID) {
        switch action {
        case .broker(let state, let keepsSession):
            note(nucleus.setBrokerState(state, keepsSession: keepsSession, now: now))
        case .cutStreams: nucleus.broker.cutPresentStreams(onFilter: nil)
        case .restart:
            note(nucleus.restart(now: now))
            nucleus.names = [:]
        case .halfClose: note(nucleus.endOfFile(on: connection, now: now))
        case .publish(let message): note(nucleus.publish(message, now: now))
        case .unsubackDelay(let delay): nucleus.broker.unsubackDelay = delay
        case .race(let outcomes): nucleus.connections[connection.slot]?.machine.races = outcomes
        case .deploy(let deployment):
            _ = nucleus.startDeployment(deployment, now: now)
            note(nucleus.takeOutput())
        case .cancelDeployment:
            if let last = nucleus.deployments.deployments.indices.last { _ = nucleus.cancel(last) }
        case .setState(let state, let component): _ = nucleus.components.setState(state, of: component)
        case .newToken(let token, let component):
            nucleus.names = nucleus.names.filter { $0.value != component }
            nucleus.names[token] = component
            nucleus.readAccessControl(of: component)
        }
    }

    private mutating func note(_ actions: [NucleusAction]) {
        for action in actions {
            switch action {
            case .close(let connection), .cutOff(let connection):
                gone.insert(connection.number)
                replay.ended(connection.number)
            case .setReading: break
            case .write(let connection, let bytes):
                decoders[connection.number, default: MessageDecoder()].append(bytes)
                while let message = try? decoders[connection.number]?.next() {
                    replay.received(message, on: connection.number)
                }
            }
        }
    }
}

/// Finds what the cloud published, from what components heard and had not published themselves.
private struct Cloud {
    private var published: Set<Key> = []
    private var heard: [Key: Double] = [:]
    /// Copies of one message came within this time, in milliseconds.
    private static let spread = 150.0

    private struct Key: Hashable {
        var connection: Int?
        var topic: String
        var payload: [UInt8]
    }

    mutating func noteClient(_ bytes: [UInt8]) {
        guard let message = decode(bytes), let json = try? JSONValue(jsonBytes: message.payload),
            message.headers["operation"] == .string("aws.greengrass#PublishToIoTCore"),
            let topic = json["topicName"]?.stringValue, let payload = Base64.decode(json["payload"]?.stringValue ?? "*")
        else { return }
        published.insert(Key(connection: nil, topic: topic, payload: payload))
    }

    /// The message of the cloud that an event tells of; `nil` if it is no such event, or the message is known.
    mutating func unprovoked(_ bytes: [UInt8], at time: Double, _ connection: Int) -> BrokerMessage? {
        guard let message = decode(bytes),
            message.headers["service-model-type"] == .string("aws.greengrass#IoTCoreMessage"),
            let json = (try? JSONValue(jsonBytes: message.payload))?["message"], case .object(let members) = json,
            let topic = json["topicName"]?.stringValue, let payload = Base64.decode(json["payload"]?.stringValue ?? "*")
        else { return nil }
        let key = Key(connection: connection, topic: topic, payload: payload)
        let isOwn = published.remove(Key(connection: nil, topic: topic, payload: payload)) != nil
        if isOwn || heard[key].map({ time - $0 < Self.spread }) == true {
            heard[key] = time
            return nil
        }
        heard[key] = time
        return BrokerMessage(
            topic: topic,
            payload: payload,
            retain: json["retain"]?.boolValue ?? false,
            properties: members.filter { !["topicName", "payload", "retain"].contains($0.key) }
        )
    }
}

/// Messages that the recording left out for their size, made again.
private enum OmittedMessage {
    /// A GetConfiguration request with one further header whose value fills the message.
    static func make(_ count: Int) -> [UInt8]? {
        let bare = message(header: 0)
        let missing = count - bare.count
        guard missing >= 0 else { return nil }
        let bytes = message(header: missing)
        return bytes.count == count ? bytes : nil
    }

    private static func message(header count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        let value = [UInt8](repeating: UInt8(ascii: "v"), count: count)
        func append(_ name: String, _ type: UInt8, _ value: [UInt8]) {
            bytes.append(UInt8(name.utf8.count))
            bytes += Array(name.utf8)
            bytes.append(type)
            bytes += value
        }
        append("x", 7, [UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF)] + value)
        append(":message-type", 4, [0, 0, 0, 0])
        append(":message-flags", 4, [0, 0, 0, 0])
        append(":stream-id", 4, [0, 0, 0, 1])
        let operation = Array("aws.greengrass#GetConfiguration".utf8)
        append("operation", 7, [0, UInt8(operation.count)] + operation)
        return RawFrame.make(headers: bytes, payload: Array(#"{"keyPath":[]}"#.utf8))
    }
}
