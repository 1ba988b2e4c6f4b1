// SPDX-License-Identifier: Apache-2.0

import EventStream

// What comes in on connections.
extension NucleusMachine {
    mutating func connected(_ connection: ConnectionID) {
        let limits = MessageLimits(frameByteCount: dialect.inboundLimit + 12, headerCount: 65_536)
        while connections.count <= connection.slot { connections.append(nil) }
        connections[connection.slot] = Connection(
            identifier: connection,
            machine: ServerConnectionMachine(dialect: dialect),
            decoder: MessageDecoder(limits: limits)
        )
    }

    /// Bytes that came in one read.
    mutating func received(_ bytes: Span<UInt8>, on connection: ConnectionID, now: Duration) -> [NucleusAction] {
        self.now = now
        guard isConnected(connection) else { return [] }
        connections[connection.slot]?.decoder.append(bytes)
        var hasMessage = false
        do {
            while let message = try connections[connection.slot]?.decoder.next() {
                hasMessage = true
                perform(connections[connection.slot]?.machine.received(message) ?? [], on: connection)
            }
        } catch {
            let failure = DecodeFailure(error)
            perform(connections[connection.slot]?.machine.decodeFailed(failure) ?? [], on: connection)
        }
        connections[connection.slot]?.machine.readEnded()
        let unread = connections[connection.slot]?.decoder.bufferedByteCount ?? 0
        if unread > 0 || !stalls.isEmpty { noteProgress(on: connection, unread: unread, hasMessage) }
        return takeOutput()
    }

    private func isConnected(_ connection: ConnectionID) -> Bool {
        connection.slot < connections.count && connections[connection.slot]?.identifier == connection
    }

    /// The client sends no more.
    mutating func endOfFile(on connection: ConnectionID, now: Duration) -> [NucleusAction] {
        self.now = now
        guard isConnected(connection) else { return [] }
        let isKnown = stalls.removeValue(forKey: connection)?.isNoted == true
        let unread = isKnown ? 0 : connections[connection.slot]?.decoder.bufferedByteCount ?? 0
        perform(connections[connection.slot]?.machine.endOfFile(unread: unread) ?? [], on: connection)
        return takeOutput()
    }

    /// The socket is closed, whoever did it.
    mutating func disconnected(_ connection: ConnectionID, now: Duration) -> [NucleusAction] {
        self.now = now
        guard isConnected(connection) else { return [] }
        forgetStreams(of: connection)
        stalls[connection] = nil
        readingPauses[connection] = nil
        silenced.remove(connection)
        connections[connection.slot] = nil
        schedule.forget(connection)
        return takeOutput()
    }

    mutating func perform(_ actions: [ConnectionAction], on connection: ConnectionID) {
        for action in actions {
            switch action {
            case .send(let frame, let kind): send(frame, kind, on: connection)
            case .close: close(connection)
            case .authenticate(let credentials): authenticate(credentials, on: connection)
            case .call(let call): handle(call, on: connection)
            case .streamEnded(let stream): forgetStream(StreamKey(connection: connection, stream: stream))
            case .finding(let finding):
                // Who waits for what a fault holds back cannot know that the stream has ended.
                let isExcused = silenced.contains(connection) || schedule.holdsMessage(for: connection)
                if finding.rule != .lateTerminate || !isExcused { note(finding) }
            }
        }
    }

    private mutating func authenticate(_ credentials: Credentials, on connection: ConnectionID) {
        let isRefusedByFault = faults.take(for: .acknowledgement, only: .refuseConnect)
        if !isRefusedByFault, let (name, svcuid) = component(for: credentials) {
            perform(
                connections[connection.slot]?.machine.authenticated(as: name, svcuid: svcuid) ?? [],
                on: connection
            )
        } else {
            perform(connections[connection.slot]?.machine.refuse() ?? [], on: connection)
        }
    }
}

extension DecodeFailure {
    init(_ error: EventStreamError) {
        switch error.code {
        case .frameTooShort: self = .lengthTooSmall
        case .frameTooLarge: self = .tooLarge
        case .headerTruncated, .headerNameTooLong, .headerValueTooLong, .tooManyHeaders: self = .headers
        case .unknownHeaderType: self = .headerType
        default: self = .corrupt
        }
    }
}
