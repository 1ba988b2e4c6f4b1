// SPDX-License-Identifier: Apache-2.0

import GreengrassIPCTesting

/// Bytes of several connections in both directions, where it has to be found out which of them are IPC and who is who.
struct DirectedStreams {
    private var streams: [Key: Stream] = [:]
    private var items: [(key: Key, item: Capture.Item)] = []
    private var numbers: [String: Int] = [:]
    private var origins: [String: Double] = [:]
    private(set) var failure: Capture.Failure?

    private struct Key: Hashable {
        var connection: String
        var isForward: Bool
    }

    private struct Stream {
        var frames: FrameStream
        /// What came before it was known whether it is frames.
        var head: [UInt8] = []
        var isFrames: Bool?
    }

    /// Adds bytes.
    ///
    /// - Parameters:
    ///   - connection: a name for the connection.
    ///   - isForward: which of the two directions.
    ///   - seconds: when it was, on any clock.
    ///   - isCut: whether more was sent than the file has, with what to do about it.
    mutating func add(
        _ bytes: [UInt8],
        connection: String,
        isForward: Bool,
        seconds: Double? = nil,
        isCut: String? = nil
    ) {
        guard failure == nil else { return }
        let key = Key(connection: connection, isForward: isForward)
        var stream = streams[key] ?? Stream(frames: FrameStream())
        defer { streams[key] = stream }
        guard stream.isFrames != false else { return }
        var bytes = bytes
        if stream.isFrames == nil {
            stream.head += bytes
            guard stream.head.count >= 12 || isCut != nil else { return }
            stream.isFrames = FrameStream.begins(stream.head)
            bytes = stream.head
            stream.head = []
            guard stream.isFrames == true else { return }
        }
        if numbers[connection] == nil { numbers[connection] = numbers.count + 1 }
        let origin = origins[connection] ?? seconds
        origins[connection] = origin
        let milliseconds = zip(seconds, origin).map { ($0 - $1) * 1000 }
        var found: [Capture.Item] = []
        do throws(Capture.Failure) {
            try stream.frames.append(bytes, milliseconds: milliseconds, to: &found)
        } catch {
            failure = error
        }
        items += found.map { (key, $0) }
        if let isCut, failure == nil { failure = Capture.Failure(description: isCut) }
    }

    /// One side closed.
    mutating func end(connection: String, isForward: Bool, seconds: Double? = nil) {
        let key = Key(connection: connection, isForward: isForward)
        guard failure == nil,
            streams[Key(connection: connection, isForward: true)]?.isFrames == true
                || streams[Key(connection: connection, isForward: false)]?.isFrames == true
        else { return }
        let milliseconds = zip(seconds, origins[connection]).map { ($0 - $1) * 1000 }
        items.append((key, Capture.Item(milliseconds: milliseconds, content: .endOfFile)))
    }

    /// All that was found, with connections numbered in the order of their first frames.
    func finish() -> ([Capture.Item], Capture.Failure?) {
        var failure = failure
        var clients: [String: Bool] = [:]
        for (key, item) in items where clients[key.connection] == nil {
            guard let sender = item.sender else { continue }
            clients[key.connection] = key.isForward == (sender == .client)
        }
        var result: [Capture.Item] = []
        for (key, item) in items {
            var item = item
            item.connection = numbers[key.connection]
            if let clientIsForward = clients[key.connection] {
                item.sender = key.isForward == clientIsForward ? .client : .server
            }
            result.append(item)
        }
        for stream in streams.values where stream.isFrames == true && failure == nil {
            do throws(Capture.Failure) { try stream.frames.finish() } catch { failure = error }
        }
        return (result, failure)
    }
}

/// Both values, or nothing.
private func zip<A, B>(_ left: A?, _ right: B?) -> (A, B)? {
    guard let left, let right else { return nil }
    return (left, right)
}
