// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

// What a test does to the nucleus.
extension NucleusMachine {
    /// A message arrives from the cloud.
    mutating func publish(_ message: BrokerMessage, now: Duration) -> [NucleusAction] {
        self.now = now
        deliver(message, from: nil)
        return takeOutput()
    }

    /// A local message arrives that no component published.
    mutating func publishLocally(_ message: LocalMessage, now: Duration) -> [NucleusAction] {
        self.now = now
        deliverLocally(message, from: nil)
        return takeOutput()
    }

    /// A component's configuration is changed from outside, as a deployment does.
    mutating func updateConfiguration(
        of component: String,
        at path: [String],
        merging value: JSONValue,
        now: Duration
    ) -> [NucleusAction] {
        self.now = now
        let outcome = configurations.deploy(value, at: path, of: component, now: timeOfDay)
        readAccessControl(of: component)
        tellWatches(of: component, outcome.changes)
        return takeOutput()
    }

    mutating func setBrokerState(
        _ state: BrokerState,
        keepsSession: Bool = true,
        now: Duration
    ) -> [NucleusAction] {
        self.now = now
        setBrokerState(state, keepsSession: keepsSession)
        return takeOutput()
    }

    /// Tells every client that it broke the protocol, and closes.
    mutating func failConnections(payload: String, now: Duration) -> [NucleusAction] {
        self.now = now
        let frame = ServerFrame.connectionError(MessageType.protocolError, payload: payload)
        for connection in connections.compactMap({ $0?.identifier }) {
            write(frame, to: connection, faults: [])
            close(connection)
        }
        return takeOutput()
    }

    /// Ends every connection without a word and forgets what belonged to them; new tokens are set afterwards.
    mutating func restart(now: Duration) -> [NucleusAction] {
        self.now = now
        for connection in connections.compactMap({ $0?.identifier }) { emit(.close, on: connection) }
        broker.restart()
        localBroker.removeAll()
        configurationWatches.removeAll()
        connectionStatusStreams.removeAll()
        deployments.restart()
        clientDevices.restart()
        pendingCalls.removeAll()
        heldBack.removeAll()
        spool.removeAll()
        spoolByteCount = 0
        return takeOutput()
    }
}
