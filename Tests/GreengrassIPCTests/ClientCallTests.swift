// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import GreengrassIPC

@Suite(.timeLimit(.minutes(1)))
struct ClientCallTests {
    @Test func aCallIsAnswered() async throws {
        let answer = #"{"componentName":"C","value":{"number":7}}"#
        try await withTestNucleus(onMessage: answering(["GetConfiguration": answer])) { client, nucleus in
            let response = try await client.getConfiguration(keyPath: ["number"])
            #expect(response.value == ["number": 7])
            let messages = try await onLoop(client.loop) { nucleus.connections[0].received }
            #expect(messages.map(\.type) == [MessageType.connect, MessageType.application])
            #expect(messages[0].json == ["authToken": "0123456789ABCDEF"])
            #expect(messages[1].streamID == 1)
            #expect(messages[1].operation == "GetConfiguration")
            #expect(messages[1].json == ["keyPath": ["number"]])
        }
    }
}
