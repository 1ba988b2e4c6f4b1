// SPDX-License-Identifier: Apache-2.0

/// Which stream of which connection was opened on what, so that the end of either is quickly told.
struct HeldStreams: Sendable {
    /// What each stream was opened on, the oldest first; two only when a client has used an identifier twice.
    private var connections: [ConnectionID: [Int32: [String]]] = [:]
    /// How many there are.
    private(set) var count = 0

    mutating func add(_ stream: StreamKey, _ filter: String) {
        connections[stream.connection, default: [:]][stream.stream, default: []].append(filter)
        count += 1
    }

    func contains(_ stream: StreamKey) -> Bool { connections[stream.connection]?[stream.stream] != nil }

    /// What the stream was opened on, at first.
    mutating func removeOldest(_ stream: StreamKey) -> String? {
        guard var filters = connections[stream.connection]?.removeValue(forKey: stream.stream) else { return nil }
        let oldest = filters.removeFirst()
        count -= 1
        if !filters.isEmpty { connections[stream.connection]?[stream.stream] = filters }
        if connections[stream.connection]?.isEmpty == true { connections[stream.connection] = nil }
        return oldest
    }

    /// Everything that a connection held, in the order of its streams.
    mutating func removeAll(of connection: ConnectionID) -> [(stream: StreamKey, filter: String)] {
        guard let streams = connections.removeValue(forKey: connection) else { return [] }
        let gone = streams.sorted { $0.key < $1.key }.flatMap { stream, filters in
            filters.map { (StreamKey(connection: connection, stream: stream), $0) }
        }
        count -= gone.count
        return gone
    }
}
