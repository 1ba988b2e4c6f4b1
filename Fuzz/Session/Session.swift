// SPDX-License-Identifier: Apache-2.0

import EventReactor
import FuzzSupport
import GreengrassIPC

/// Whole sessions of a real client over a real socket, in which the nucleus says whatever the fuzzer thought of.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSession(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Checksums.repaired(Input.bytes(start, count))
    do {
        try EventLoop.run { loop in try await session(loop, bytes) }
    } catch {
        preconditionFailure("fuzz: the harness itself failed: \(error)")
    }
    return 0
}

private let socketPath: String = {
    guard let directory = try? Files.makeTemporaryDirectory(prefix: "fuzz-session-") else {
        preconditionFailure("fuzz: there is no temporary directory")
    }
    return directory + "/s"
}()

private func session(_ loop: EventLoop, _ bytes: [UInt8]) async throws {
    let nucleus = HostileNucleus(loop, bytes)
    try nucleus.listen(socketPath)
    var configuration = GreengrassIPCConfiguration(socketPath: socketPath, authentication: .svcuid("0123456789ABCDEF"))
    configuration.receiveLimit = 1 << 20
    try await withGreengrassIPC(configuration) { client in
        await withDiscardingTaskGroup { group in
            group.addTask { await subscribe(client) }
            group.addTask { _ = try? await client.getConfiguration(keyPath: ["a"]) }
            group.addTask { _ = try? await client.publishToIoTCore(topicName: "a", qos: .atLeastOnce, payload: [1]) }
            await nucleus.ended()
            group.cancelAll()
        }
    }
    nucleus.stop()
}

private func subscribe(_ client: GreengrassIPCClient) async {
    var options = SubscriptionOptions()
    options.bufferLimit = 4
    try? await client.subscribeToIoTCore(topicName: "a/#", qos: .atLeastOnce, options: options) { messages in
        for try await _ in messages {}
    }
}
