// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import GreengrassIPC

/// Neither the token nor what components send and receive may come out in an error or a log.
@Suite(.timeLimit(.minutes(1)))
struct SecrecyTests {
    private static let secret = "SECRETSECRET"

    private static let script: @Sendable (ScriptedNucleus.Peer, RPCMessage) -> Void = { peer, message in
        guard let operation = message.operation else { return peer.number < 4 ? peer.accept() : peer.refuse() }
        switch (operation, peer.number) {
        case ("GetConfiguration", _):
            peer.send(flags: 2, stream: message.streamID, shape: "R", json: #"{"componentName":["SECRETSECRET"]}"#)
        case ("PublishToIoTCore", 1): peer.send(rawFrame(headers: [1, 0x61, 10], payload: Array(secret.utf8)))
        case ("PublishToIoTCore", 2): peer.close()
        case ("PublishToIoTCore", _): break
        default:
            peer.establish(stream: message.streamID)
            for json in [
                #"{"message":{"payload":"SECRETSECRET"}}"#, #"{"SECRETSECRET"#, #"{"message":["SECRETSECRET"]}"#,
            ] {
                peer.send(stream: message.streamID, shape: "IoTCoreMessage", json: json)
            }
        }
    }

    @Test func nothingSecretComesOut() async throws {
        let texts = Lock<[String]>([])
        let collect: @Sendable (Any) -> Void = { value in
            var dumped = ""
            dump(value, to: &dumped)
            texts.withLock { $0 += ["\(value)", String(reflecting: value), dumped] }
        }
        try await withTestNucleus(
            configure: { configuration in
                configuration.authentication = .svcuid(Self.secret)
                configuration.log = { collect($0) }
                configuration.callTimeout = .milliseconds(40)
                configuration.frameLimit = .bytes(4000)
            },
            onMessage: Self.script
        ) { client, nucleus in
            let payload = Array(Self.secret.utf8)
            func fails(_ size: Int = 1) async {
                let error = await failure {
                    try await client.publishToIoTCore(
                        topicName: Self.secret,
                        qos: .unknown(Self.secret),
                        payload: Array(repeatElement(payload, count: size).joined())
                    )
                }
                if let error { collect(error) } else { Issue.record("the call did not fail") }
            }
            try await client.subscribeToIoTCore(topicName: Self.secret, qos: .atLeastOnce) { _ in
                if let error = await failure({ try await client.getConfiguration() }) { collect(error) }
                await fails(4000)
                await fails()
                await fails()
                await fails()
                try await onLoop(client.loop) { nucleus.connections.last?.close() }
                await fails()
            }
        }
        let all = texts.withLock { $0 }
        #expect(all.count > 20)
        for text in all { #expect(!text.contains(Self.secret), "\(text)") }
    }
}
