// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC

extension ServerConnectionMachine {
    /// The lite nucleus closes the socket without a word where the classic one sends an error.
    mutating func receivedByLite(_ message: Message, _ headers: IncomingHeaders) -> [ConnectionAction] {
        guard let fixed = headers.liteFields else { return close() }
        switch phase {
        case .awaitingConnect: return liteConnect(message, fixed)
        // Messages are taken one after another, so what comes early is merely served later; here it never is.
        case .authenticating: return []
        case .open: break
        case .ending, .refused, .closed: return []
        }
        if isPinged, fixed.stream == 0, fixed.type == MessageType.pingResponse { return [] }
        guard fixed.stream != 0 else { return close(after: [liteStreamZero(headers, fixed)]) }
        let noteGap = noteStream(fixed, headers)
        if fixed.type != MessageType.application {
            return noteGap + [.send(liteServiceError(fixed.stream), .other)]
        }
        if fixed.isTerminate { return noteGap + [.streamEnded(fixed.stream)] }
        guard let operation = headers.operation else {
            return noteGap + [.send(liteServiceError(fixed.stream), .other)]
        }
        return noteGap + [.call(ServiceCall(stream: fixed.stream, operation: operation, payload: message.payload))]
    }

    private mutating func liteConnect(_ message: Message, _ fixed: FixedHeaders) -> [ConnectionAction] {
        let version = message.headers[HeaderName.version]
        let isOurs = version == nil || version == .string("0.1.0")
        guard fixed.type == MessageType.connect, fixed.stream == 0, isOurs,
            let request = try? JSONValue(jsonBytes: message.payload), case .object(let members) = request
        else {
            return close()
        }
        var credentials = Credentials()
        if let token = members["authToken"] {
            guard let text = token.stringValue, text.utf8.count == 16 else { return close() }
            credentials.token = text
        }
        if let name = members["componentName"] {
            guard let text = name.stringValue, !text.isEmpty, text.utf8.count < 128 else { return close() }
            credentials.componentName = text
        }
        guard credentials != Credentials() else { return close() }
        phase = .authenticating
        return [.authenticate(credentials)]
    }

    private func liteStreamZero(_ headers: IncomingHeaders, _ fixed: FixedHeaders) -> ConnectionAction {
        if fixed.type == MessageType.ping, headers.count <= 3 {
            return finding(.barePing, on: .classic, "the nucleus process aborts; lite closes the connection")
        }
        return finding(
            .messageOnStreamZero,
            on: .lite,
            "the connection is closed",
            detail: "message type \(fixed.type)"
        )
    }

    /// Lite takes any identifier, the classic nucleus does not.
    private mutating func noteStream(_ fixed: FixedHeaders, _ headers: IncomingHeaders) -> [ConnectionAction] {
        guard fixed.stream > lastStream || headers.operation != nil else { return [] }
        defer { lastStream = max(lastStream, fixed.stream) }
        guard fixed.stream != lastStream &+ 1 else { return [] }
        return [
            finding(
                .streamIdentifierGap,
                on: .classic,
                "a protocol error and the end of the connection",
                detail: "stream \(fixed.stream) after \(lastStream)"
            )
        ]
    }

    private func liteServiceError(_ stream: Int32) -> [UInt8] {
        ServerFrame.error(ServiceFailure(code: .service, text: nil), stream: stream, dialect: .lite)
    }

    private mutating func close(after actions: [ConnectionAction] = []) -> [ConnectionAction] {
        phase = .closed
        return actions + [.close]
    }
}
