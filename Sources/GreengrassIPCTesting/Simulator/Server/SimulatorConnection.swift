// SPDX-License-Identifier: Apache-2.0

import EventReactor

/// The socket of one client; tells the simulator, on the loop's thread, what happens to it.
final class SimulatorConnection: StreamSocketOwner, @unchecked Sendable {
    // Safety: made and used on the loop's thread only, which is the simulator's executor.
    let identifier: ConnectionID
    private weak var simulator: NucleusSimulator?
    private(set) var socket: StreamSocket?
    /// A fault wants nothing to be read.
    var isHeld = false {
        didSet { socket?.setReading(!isHeld && socket?.isFull == false) }
    }

    init(_ identifier: ConnectionID, of simulator: NucleusSimulator) {
        self.identifier = identifier
        self.simulator = simulator
    }

    func adopt(_ descriptor: Int32, loop: EventLoop, unreadLimit: Int) throws(SystemError) {
        let socket = try StreamSocket.adopt(FileDescriptor(owning: descriptor), loop: loop, owner: self)
        // Who does not read is not read either, before it comes to cutting off.
        socket.queueLimit = min(socket.queueLimit, unreadLimit / 2)
        self.socket = socket
    }

    func socketIsReadable() { simulator?.assumeIsolated { $0.read(from: self) } }

    func socketHasDrained() { if !isHeld { socket?.setReading(true) } }

    func socketHasFailed(_ error: SystemError) { simulator?.assumeIsolated { $0.disconnected(identifier) } }
}

/// Hands accepted descriptors to the simulator.
final class SimulatorListenerOwner: ListenerOwner, @unchecked Sendable {
    // Safety: made and used on the loop's thread only, which is the simulator's executor.
    private weak var simulator: NucleusSimulator?

    init(_ simulator: NucleusSimulator) { self.simulator = simulator }

    func listenerHasAccepted(_ descriptor: Int32) {
        guard let simulator else {
            _ = FileDescriptor(owning: descriptor)
            return
        }
        simulator.assumeIsolated { $0.accepted(descriptor) }
    }
}
