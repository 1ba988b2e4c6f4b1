// SPDX-License-Identifier: Apache-2.0

/// Bytes on their way out of a socket: appended at one end, sent from the other.
struct WriteQueue {
    private(set) var bytes: [UInt8] = []
    private(set) var sent = 0

    /// A buffer that a large message has blown up is let go of once it is empty.
    private static let keptCapacity = 256 * 1024

    var pendingCount: Int { bytes.count - sent }

    mutating func append<Failure: Error>(
        _ body: (inout [UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        try body(&bytes)
    }

    /// Hands what is pending to `send`, which answers how many bytes it took.
    mutating func drain<Failure: Error>(
        _ send: (UnsafeRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) {
        guard pendingCount > 0 else { return }
        let start = sent
        var outcome: Result<Int, Failure> = .success(0)
        bytes.withUnsafeBytes { buffer in
            do throws(Failure) {
                outcome = .success(try send(UnsafeRawBufferPointer(rebasing: buffer[start...])))
            } catch {
                outcome = .failure(error)
            }
        }
        sent += try outcome.get()
        if sent == bytes.count {
            removeAll()
        } else if sent > bytes.count / 2, sent > 64 * 1024 {
            bytes.removeFirst(sent)
            sent = 0
        }
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacity)
        sent = 0
    }
}
