// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC
import Testing

@testable import GreengrassIPCTesting

@Suite("Recordings", .timeLimit(.minutes(1)))
struct RecordingTests {
    /// The recorded client's messages go to the simulated nucleus, the recorded messages from the cloud are
    /// published; what the nucleus sends is compared with what the real one sent, byte for byte.
    @Test("The simulated nucleus answers as the real one did", arguments: Recordings.names)
    func sameAnswers(name: String) throws {
        let session = try Recordings.load(name)
        let dialect = Recordings.dialect(of: name)
        var nucleus = NucleusMachine(dialect: dialect)
        if !name.hasSuffix("bad-token"), let token = session.token(of: 1) {
            nucleus.setComponent("com.example.Recorded", token: token, configuration: [:])
        }
        let connection = ConnectionID(number: 1)
        nucleus.connected(connection)
        var expected: [NucleusAction] = []
        var actual: [NucleusAction] = []
        for entry in session.entries(of: 1) {
            switch (entry.sender, entry.content) {
            case (.client, .message(let bytes)):
                actual += nucleus.received(bytes.span, on: connection, now: .zero)
            case (.client, .endOfFile): actual += nucleus.endOfFile(on: connection, now: .zero)
            case (.server, .message(let bytes)):
                expected.append(.write(connection, bytes))
                if let event = try event(bytes) { actual += nucleus.publish(event, now: .zero) }
            case (.server, .endOfFile): expected.append(.close(connection))
            default: break
            }
        }
        #expect(actual == expected)
        #expect(nucleus.findings.isEmpty)
    }

    private func event(_ bytes: [UInt8]) throws -> BrokerMessage? {
        guard let message = decode(bytes),
            message.headers["service-model-type"] == .string("aws.greengrass#IoTCoreMessage"),
            let json = try JSONValue(jsonBytes: message.payload)["message"], let topic = json["topicName"]?.stringValue,
            let payload = Base64.decode(json["payload"]?.stringValue ?? "*")
        else { return nil }
        return BrokerMessage(topic: topic, payload: payload)
    }

    @Test("A recorded client satisfies its own recording", arguments: Recordings.names)
    func replay(name: String) throws {
        let session = try Recordings.load(name)
        var replay = SessionReplay(session, connection: 1)
        var actions = replay.connected()
        for entry in session.entries(of: 1) where entry.sender == .client {
            switch entry.content {
            case .message(let bytes): actions += replay.received(try #require(decode(bytes)))
            case .endOfFile: actions += replay.endOfFile()
            default: break
            }
        }
        #expect(replay.departure == nil)
        #expect(actions.last == .finished)
        let recorded = session.entries(of: 1).filter { $0.sender == .server }.count
        #expect(actions.count == recorded + 1)
    }

    @Test("Other spelling is no departure, another topic is")
    func departures() throws {
        let session = try Recordings.load("lite-python-notify")
        let token = try #require(session.token(of: 1))
        var replay = SessionReplay(session, connection: 1)
        #expect(replay.connected() == [])
        let connect = try #require(decode(ClientFrame.connect(token)))
        #expect(replay.received(connect).count == 1)
        let subscribe = #"{"qos":"1","topicName":"$aws/things/Other/tunnels/notify"}"#
        let other = try #require(decode(ClientFrame.call(1, "SubscribeToIoTCore", subscribe)))
        var good = replay
        guard case .departed(let departure)? = replay.received(other).first else {
            Issue.record("another topic went through")
            return
        }
        #expect(
            departure.description == """
                connection 1, entry 3: aws.greengrass#SubscribeToIoTCore by the client
                  payload.topicName: recorded "$aws/things/MyThing/tunnels/notify", \
                got "$aws/things/Other/tunnels/notify"
                """
        )
        let right = #"{"qos":"1","topicName":"$aws/things/MyThing/tunnels/notify"}"#
        let sent = good.received(try #require(decode(ClientFrame.call(1, "SubscribeToIoTCore", right))))
        // The response and six notifications.
        #expect(sent.count == 7)
        guard case .departed? = good.endOfFile().first else {
            Issue.record("the missing TERMINATE went unnoticed")
            return
        }
    }

    @Test("A departure does not show a token")
    func secrecy() throws {
        var replay = SessionReplay(try Recordings.load("classic-js-notify"), connection: 1)
        let connect = try #require(decode(ClientFrame.connect("SECRETSECRETSECR")))
        _ = replay.received(connect)
        let text = try #require(replay.departure).description
        #expect(!text.contains("SECRET") && text.contains("payload.authToken"))
    }

    @Test(
        "A line that is not as it should be is named",
        arguments: [
            ("{}", "ms is not a number"), ("x", "not a JSON object"),
            (#"{"ms":1,"connection":1,"from":"me","eof":true}"#, "from is neither client nor server"),
            (#"{"ms":1,"connection":1,"from":"client","hex":"0"}"#, "not an even number of hexadecimal digits"),
            (#"{"ms":1,"connection":1,"from":"client"}"#, "none of hex, eof, partial, omitted"),
        ]
    )
    func badLines(line: String, message: String) {
        #expect(throws: RecordingError(line: 2, message: message)) {
            try RecordedSession(ndjson: Array("\n\(line)\n".utf8))
        }
    }
}
