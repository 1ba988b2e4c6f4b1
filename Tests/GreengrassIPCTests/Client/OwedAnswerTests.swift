// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Testing

@testable import GreengrassIPC

/// What a client leaves behind for a nucleus that waits for answers.
@Suite(.timeLimit(.minutes(1)))
struct OwedAnswerTests {
    private static let union = "ComponentUpdatePolicyEvents"

    private static func before(_ id: String) -> String {
        #"{"preUpdateEvent":{"deploymentId":"\#(id)","isGgcRestarting":false}}"#
    }

    /// Ends a client that answers; what the nucleus had from it.
    private func end(
        _ client: GreengrassIPCClient,
        _ answering: Task<Void, any Error>,
        _ nucleus: ScriptedNucleus
    ) async throws -> [RPCMessage] {
        await client.shutDown()
        answering.cancel()
        _ = await answering.result
        #expect(await nucleus.sees { $0.connections[0].sawEnd })
        return try await onLoop(client.loop) { nucleus.connections[0].received }
    }

    /// They come and the client ends before the task runs that they wake.
    @Test func whatNobodyHasReadIsAnsweredBeforeTheStreamEnds() async throws {
        try await withTestNucleus(onMessage: answering()) { client, nucleus in
            let answering = Task {
                // Not on the loop, where it would read at once.
                try await withTaskExecutorPreference(globalConcurrentExecutor) {
                    try await client.answerComponentUpdates(
                        within: .seconds(600),
                        otherwise: .defer(.seconds(7), reason: "ends")
                    ) { _ in
                        try? await client.loop.sleep(for: .seconds(600))
                        return .acknowledge
                    }
                }
            }
            #expect(await nucleus.sees { $0.connections.first?.requests.count == 1 })
            try await onLoop(client.loop) {
                for id in ["D1", "D2", "D3"] {
                    nucleus.connections[0].send(stream: 1, shape: Self.union, json: Self.before(id))
                }
            }
            _ = try await client.getConfiguration()
            let received = try await end(client, answering, nucleus)
            let answers = received.filter { $0.operation == "DeferComponentUpdate" }
            #expect(answers.map { $0.json?["deploymentId"] } == ["D1", "D2", "D3"])
            #expect(answers.allSatisfy { $0.json?["recheckAfterMs"] == 7000 && $0.json?["message"] == "ends" })
            // Behind them: the nucleus takes answers from those only who are subscribed.
            let last = try #require(received.lastIndex { $0.operation == "DeferComponentUpdate" })
            #expect(received[last...].contains { $0.terminatesStream && $0.streamID == 1 })
            #expect(!received[..<last].contains { $0.terminatesStream && $0.streamID == 1 })
        }
    }

    @Test func anEventBehindAHandlerThatHangsIsAnsweredInTheEnd() async throws {
        try await withTestNucleus(onMessage: answering()) { client, nucleus in
            let told = Lock(false)
            let answering = Task {
                try await client.answerComponentUpdates(
                    within: .seconds(600),
                    updated: { _ in
                        told.withLock { $0 = true }
                        try? await client.loop.sleep(for: .seconds(600))
                    }
                ) { _ in .defer(.seconds(7)) }
            }
            #expect(await nucleus.sees { $0.connections.first?.requests.count == 1 })
            try await onLoop(client.loop) {
                let peer = nucleus.connections[0]
                peer.send(stream: 1, shape: Self.union, json: #"{"postUpdateEvent":{"deploymentId":"D0"}}"#)
                peer.send(stream: 1, shape: Self.union, json: Self.before("D1"))
            }
            // Both have been read when a call behind them is answered.
            _ = try await client.getConfiguration()
            let received = try await end(client, answering, nucleus)
            let answers = received.filter { $0.operation == "DeferComponentUpdate" }
            #expect(answers.map(\.json) == [["deploymentId": "D1", "recheckAfterMs": 0]])
            #expect(told.withLock { $0 })
        }
    }

    @Test func whatHasBeenAnsweredIsNotAnsweredAgain() async throws {
        try await withTestNucleus(onMessage: answering()) { client, nucleus in
            let answering = Task { try await client.answerComponentUpdates { _ in .defer(.milliseconds(3)) } }
            #expect(await nucleus.sees { $0.connections.first?.requests.count == 1 })
            // The nucleus asks again after a deferral, with the same deployment.
            for count in 2...4 {
                try await onLoop(client.loop) {
                    nucleus.connections[0].send(stream: 1, shape: Self.union, json: Self.before("D1"))
                }
                #expect(await nucleus.sees { $0.connections[0].requests.count == count })
            }
            await client.shutDown()
            _ = await answering.result
            #expect(await nucleus.sees { $0.connections[0].sawEnd })
            let requests = try await onLoop(client.loop) { nucleus.connections[0].requests }
            #expect(requests.count == 4)
            #expect(requests.dropFirst().allSatisfy { $0.json?["recheckAfterMs"] == 3 })
        }
    }

    /// Ended from this side, its stream could cross the reply, which old classic nuclei punish.
    @Test func `The stream of a last answer that gets no reply is not closed, the connection is`() async throws {
        let reply = answering()
        try await withTestNucleus(
            onMessage: { if $1.operation != "DeferComponentUpdate" { reply($0, $1) } }
        ) { client, nucleus in
            let answering = Task {
                try await client.answerComponentUpdates(within: .seconds(600)) { _ in
                    try? await client.loop.sleep(for: .seconds(600))
                    return .acknowledge
                }
            }
            #expect(await nucleus.sees { $0.connections.first?.requests.count == 1 })
            try await onLoop(client.loop) {
                nucleus.connections[0].send(stream: 1, shape: Self.union, json: Self.before("D1"))
            }
            // The event has been read when a call behind it is answered.
            _ = try await client.getConfiguration()
            let received = try await end(client, answering, nucleus)
            let answer = try #require(received.first { $0.operation == "DeferComponentUpdate" })
            #expect(!received.contains { $0.terminatesStream && $0.streamID == answer.streamID })
        }
    }
}
