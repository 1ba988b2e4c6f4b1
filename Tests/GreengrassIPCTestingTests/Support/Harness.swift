// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC

@testable import GreengrassIPCTesting

/// A nucleus without sockets, and what it sent, decoded.
struct Harness {
    static let component = "com.example.Probe"
    static let token = "ABCDEFGHIJKLMNOP"

    var nucleus: NucleusMachine
    var now = Duration.zero
    /// What went out and is not looked at yet, by connection.
    private var sent: [Int: [Event]] = [:]
    /// What the sockets were told last, by connection.
    private(set) var reading: [Int: Bool] = [:]
    private var nextConnection = 0

    enum Event: Equatable, CustomStringConvertible {
        case message(Message)
        case garbage([UInt8])
        case closed

        var description: String {
            switch self {
            case .closed: "closed"
            case .garbage(let bytes): "garbage \(bytes)"
            case .message(let message):
                message.headers.map { "\($0.name)=\($0.value)" }.joined(separator: " ") + " "
                    + String(decoding: message.payload, as: UTF8.self)
            }
        }
    }

    init(_ dialect: Dialect, configuration: JSONValue = [:], unsubackDelay: Duration = .milliseconds(100)) {
        nucleus = NucleusMachine(dialect: dialect, unsubackDelay: unsubackDelay)
        nucleus.setComponent(Self.component, token: Self.token, configuration: configuration)
    }

    mutating func open() -> Int {
        nextConnection += 1
        nucleus.connected(ConnectionID(number: nextConnection))
        return nextConnection
    }

    /// Opens a connection and takes the acknowledgement away.
    mutating func login() -> Int {
        let connection = open()
        _ = send(ClientFrame.connect(Self.token), on: connection)
        return connection
    }

    /// Sends bytes in one read; answers what came back on that connection.
    mutating func send(_ bytes: [UInt8]..., on connection: Int) -> [Event] {
        note(nucleus.received(Array(bytes.joined()).span, on: ConnectionID(number: connection), now: now))
        return take(connection)
    }

    mutating func endOfFile(on connection: Int) -> [Event] {
        note(nucleus.endOfFile(on: ConnectionID(number: connection), now: now))
        return take(connection)
    }

    mutating func disconnect(_ connection: Int) {
        note(nucleus.disconnected(ConnectionID(number: connection), now: now))
    }

    mutating func publish(_ topic: String, _ payload: String = "hello", retain: Bool = false) {
        note(nucleus.publish(BrokerMessage(topic: topic, payload: Array(payload.utf8), retain: retain), now: now))
    }

    mutating func publishLocally(_ topic: String, _ content: LocalMessage.Content) {
        note(nucleus.publishLocally(LocalMessage(topic: topic, content: content), now: now))
    }

    /// Merges into the component's configuration as a deployment does.
    mutating func deploy(_ value: JSONValue) {
        note(nucleus.updateConfiguration(of: Self.component, at: [], merging: value, now: now))
    }

    mutating func renewCertificates() { note(nucleus.renewCertificates(now: now)) }

    mutating func setBrokerState(_ state: BrokerState, keepsSession: Bool = true) {
        note(nucleus.setBrokerState(state, keepsSession: keepsSession, now: now))
    }

    mutating func advance(_ duration: Duration) {
        now += duration
        note(nucleus.timePassed(now: now))
    }

    mutating func take(_ connection: Int) -> [Event] { sent.removeValue(forKey: connection) ?? [] }

    private mutating func note(_ actions: [NucleusAction]) {
        for action in actions {
            switch action {
            case .close(let connection), .cutOff(let connection): sent[connection.number, default: []].append(.closed)
            case .write(let connection, let bytes):
                sent[connection.number, default: []] += Self.messages(bytes)
            case .setReading(let connection, let reads): reading[connection.number] = reads
            }
        }
    }

    private static func messages(_ bytes: [UInt8]) -> [Event] {
        var decoder = MessageDecoder()
        decoder.append(bytes)
        var events: [Event] = []
        do {
            while let message = try decoder.next() { events.append(.message(message)) }
        } catch {
            return events + [.garbage(bytes)]
        }
        if decoder.bufferedByteCount > 0 { events.append(.garbage(bytes.suffix(decoder.bufferedByteCount))) }
        return events
    }
}

extension Harness.Event {
    var message: Message? { if case .message(let message) = self { message } else { nil } }
    var payload: String { message.map { String(decoding: $0.payload, as: UTF8.self) } ?? "" }
    var json: JSONValue? { message.flatMap { try? JSONValue(jsonBytes: $0.payload) } }
    var shape: String? { string("service-model-type").map { String($0.dropFirst("aws.greengrass#".count)) } }
    var type: Int32? { int(":message-type") }
    var flags: Int32? { int(":message-flags") }
    var stream: Int32? { int(":stream-id") }
    var headerNames: [String] { message?.headers.map(\.name) ?? [] }

    func string(_ name: String) -> String? {
        if case .string(let text)? = message?.headers[name] { text } else { nil }
    }

    private func int(_ name: String) -> Int32? {
        if case .int32(let number)? = message?.headers[name] { number } else { nil }
    }
}
