// SPDX-License-Identifier: Apache-2.0

extension NucleusMachine {
    static let connectionStatusEvent = modelNamespace + "IoTCoreConnectionStatusEvent"

    /// Answers, and tells at once how the nucleus stands with the broker. No policy is needed.
    mutating func subscribeToConnectionStatus(_ call: ServiceCall, from connection: ConnectionID) {
        answer(call, with: .success(call.operation, keepsStreamOpen: true), on: connection)
        let stream = StreamKey(connection: connection, stream: call.stream)
        connectionStatusStreams.append(stream)
        tellConnectionStatus([stream])
    }

    func connectionStatusJSON() -> [UInt8] {
        let status = broker.state == .connected ? "CONNECTED" : "DISCONNECTED"
        return Array(#"{"connectionStatusEvent":{"status":"\#(status)"}}"#.utf8)
    }

    mutating func tellConnectionStatus(_ streams: [StreamKey]) {
        guard !streams.isEmpty else { return }
        let json = connectionStatusJSON()
        for stream in streams { sendEvent(Self.connectionStatusEvent, json: json, on: stream) }
    }
}
