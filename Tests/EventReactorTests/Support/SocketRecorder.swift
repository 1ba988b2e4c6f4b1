// SPDX-License-Identifier: Apache-2.0

import EventReactor

/// The owner of a socket that notes what happens to it, and wakes the test that waits for it. On the loop's thread.
final class SocketRecorder: StreamSocketOwner, @unchecked Sendable {
    // Safety: touched on the loop's thread only.
    var socket: StreamSocket?
    private(set) var received: [UInt8] = []
    private(set) var hasEnded = false
    private(set) var hasConnected = false
    private(set) var drainCount = 0
    private(set) var readError: SystemError?
    private(set) var failure: SystemError?
    /// Runs before the bytes are read.
    var whenReadable: ((SocketRecorder) -> Void)?
    var whenDrained: ((SocketRecorder) -> Void)?
    private var waiting: (condition: (SocketRecorder) -> Bool, continuation: CheckedContinuation<Void, Never>)?
    private var buffer = [UInt8](repeating: 0, count: 64 * 1024)

    static func adopting(_ descriptor: Int32, loop: EventLoop) throws -> SocketRecorder {
        let recorder = SocketRecorder()
        recorder.socket = try StreamSocket.adopt(FileDescriptor(owning: descriptor), loop: loop, owner: recorder)
        return recorder
    }

    static func connecting(to address: SocketAddress, loop: EventLoop) throws -> SocketRecorder {
        let recorder = SocketRecorder()
        recorder.socket = try StreamSocket.connect(to: address, loop: loop, owner: recorder)
        return recorder
    }

    /// Two that are connected with each other.
    static func pair(loop: EventLoop) throws -> (SocketRecorder, SocketRecorder) {
        let (left, right) = try StreamSocket.pair()
        return (try adopting(left, loop: loop), try adopting(right, loop: loop))
    }

    func wait(until condition: @escaping (SocketRecorder) -> Bool) async {
        // Asked within: the task may give way before it is there, and it may happen meanwhile.
        await withCheckedContinuation { continuation in
            if condition(self) { continuation.resume() } else { waiting = (condition, continuation) }
        }
    }

    func write(_ bytes: some Sequence<UInt8>) {
        socket?.write(bytes)
    }

    func close() {
        socket?.close()
    }

    func socketHasConnected() {
        hasConnected = true
        check()
    }

    func socketIsReadable() {
        whenReadable?(self)
        do {
            let result = try buffer.withUnsafeMutableBytes { try socket?.read(into: $0) }
            switch result {
            case .bytes(let count): received.append(contentsOf: buffer[..<count])
            case .endOfStream: hasEnded = true
            case .wouldBlock, nil: break
            }
        } catch let error as SystemError {
            readError = error
        } catch {}
        check()
    }

    func socketHasDrained() {
        drainCount += 1
        whenDrained?(self)
        check()
    }

    func socketHasFailed(_ error: SystemError) {
        failure = error
        check()
    }

    private func check() {
        guard let (condition, continuation) = waiting, condition(self) else { return }
        waiting = nil
        continuation.resume()
    }
}

/// Bytes that show when some are lost, doubled or out of place: a block whose length divides no buffer's.
func pattern(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + block.count)
    while bytes.count < count { bytes.append(contentsOf: block) }
    bytes.removeLast(bytes.count - count)
    return bytes
}

private let block = (0..<10_007).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
