// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

/// A nucleus without sockets that has a well-behaved component and one that is not.
///
/// The well-behaved one holds a subscription of either kind and makes calls; ``check(_:)`` is that it gets exactly what
/// is its own.
struct Bystander {
    static let component = "com.example.WellBehaved"
    static let token = "QRSTUVWXYZ012345"

    var harness: Harness
    private let connection: Int
    private var lastStream: Int32 = 3
    private var round = 0

    init(_ dialect: Dialect) {
        harness = Harness(dialect)
        harness.nucleus.setComponent(Self.component, token: Self.token, configuration: ["leaf": 7])
        connection = harness.open()
        let events = harness.send(ClientFrame.connect(Self.token), on: connection)
        #expect(events.map(\.flags) == [1])
        let opened = harness.send(
            ClientFrame.subscribe(1, "well-behaved/+"),
            ClientFrame.call(2, "SubscribeToTopic", #"{"topic":"well-behaved"}"#),
            ClientFrame.call(3, "SubscribeToConfigurationUpdate"),
            on: connection
        )
        #expect(opened.map(\.type) == [0, 0, 0])
    }

    /// Somebody connects, sends these bytes, and is gone.
    mutating func meets(_ bytes: [UInt8]..., endsOrderly: Bool = false) -> [Harness.Event] {
        let other = harness.open()
        var events: [Harness.Event] = []
        for bytes in bytes { events += harness.send(bytes, on: other) }
        if endsOrderly { events += harness.endOfFile(on: other) }
        harness.disconnect(other)
        return events
    }

    /// The component's calls are answered, its events come, nothing else does, and no finding is laid at its door.
    mutating func check(_ what: @autoclosure () -> String = "") {
        round += 1
        var events = harness.take(connection)
        lastStream += 1
        let stream = lastStream
        events += harness.send(
            ClientFrame.call(stream, "GetConfiguration", #"{"keyPath":["leaf"]}"#),
            on: connection
        )
        harness.publish("well-behaved/x", "\(round)")
        harness.publishLocally("well-behaved", .binary(Array("\(round)".utf8)))
        events += harness.take(connection)
        #expect(events.map(\.stream) == [stream, 1, 2], "\(what())")
        #expect(events.first?.json?["value"]?["leaf"] == 7, "\(what())")
        let payload = Base64.encode(Array("\(round)".utf8))
        if events.count == 3 {
            #expect(events[1].json?["message"]?["payload"]?.stringValue == payload, "\(what())")
            #expect(events[2].json?["binaryMessage"]?["message"]?.stringValue == payload, "\(what())")
        }
        let own = harness.nucleus.findings.filter { $0.component == Self.component }
        #expect(own.isEmpty, "\(what())")
    }
}
