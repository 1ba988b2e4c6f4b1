// SPDX-License-Identifier: Apache-2.0

/// What `tcpdump -x`, `-xx` or `-X` prints of a TCP connection: tcpdump cannot see a Unix socket, but a relay in front
/// of one (`socat`) can be watched.
struct PacketDump {
    private var packet: [UInt8] = []
    private var seconds: Double?
    private var directions: [String: Direction] = [:]
    private var streams = DirectedStreams()

    /// One direction of a connection: segments in the order of their sequence numbers.
    private struct Direction {
        var next: UInt32?
        /// Segments ahead of a gap.
        var waiting: [UInt32: [UInt8]] = [:]
    }

    mutating func add(_ line: ArraySlice<UInt8>, number: Int) throws(Capture.Failure) {
        if let offset = HexDump.packetOffset(of: line) {
            if offset == 0, !packet.isEmpty { endPacket() }
            packet += try HexDump.bytes(line, number: number)
        } else if line.contains(where: { $0 > 0x20 }) {
            endPacket()
            let word = String(decoding: line.prefix { $0 != 0x20 }, as: UTF8.self)
            let parts = word.split(separator: ":").compactMap { Double($0) }
            seconds = parts.count == 3 ? parts[0] * 3600 + parts[1] * 60 + parts[2] : Double(word)
        }
    }

    mutating func finish() -> ([Capture.Item], Capture.Failure?) {
        endPacket()
        return streams.finish()
    }

    private mutating func endPacket() {
        defer { packet = [] }
        guard let segment = TCPSegment(packet) else { return }
        var direction = directions[segment.name] ?? Direction()
        defer { directions[segment.name] = direction }
        if segment.isFirst { direction.next = segment.sequence &+ 1 }
        guard !segment.payload.isEmpty else {
            if segment.isLast { deliver([], segment, isEnd: true) }
            return
        }
        let next = direction.next ?? segment.sequence
        let ahead = Int32(bitPattern: segment.sequence &- next)
        direction.next = next
        guard ahead <= 0 else {
            direction.waiting[segment.sequence] = segment.payload
            return
        }
        var payload = Array(segment.payload.dropFirst(-Int(ahead)))
        direction.next = next &+ UInt32(payload.count)
        while let sequence = direction.next, let more = direction.waiting.removeValue(forKey: sequence) {
            payload += more
            direction.next = sequence &+ UInt32(more.count)
        }
        deliver(payload, segment, isEnd: segment.isLast)
    }

    private mutating func deliver(_ payload: [UInt8], _ segment: TCPSegment, isEnd: Bool) {
        if !payload.isEmpty {
            streams.add(payload, connection: segment.pair, isForward: segment.isForward, seconds: seconds)
        }
        if isEnd { streams.end(connection: segment.pair, isForward: segment.isForward, seconds: seconds) }
    }
}

/// The TCP segment within a packet, whatever link layer is before it.
struct TCPSegment {
    var sequence: UInt32
    var payload: [UInt8]
    /// Both ends, the same in both directions.
    var pair: String
    var isForward: Bool
    /// SYN and FIN (or RST).
    var isFirst: Bool
    var isLast: Bool

    var name: String { "\(pair) \(isForward)" }

    init?(_ packet: [UInt8]) {
        // Bare IP; behind Ethernet; behind either of Linux's cooked headers.
        for (length, type) in [(0, nil), (14, 12), (16, 14), (20, 0)] as [(Int, Int?)] {
            if let type {
                guard packet.count > length + 20 else { continue }
                let kind = Int(packet[type]) << 8 | Int(packet[type + 1])
                guard kind == 0x0800 || kind == 0x86DD else { continue }
            }
            if let segment = Self.segment(packet[length...]) {
                self = segment
                return
            }
        }
        return nil
    }

    private init(sequence: UInt32, payload: [UInt8], source: [UInt8], destination: [UInt8], flags: UInt8) {
        self.sequence = sequence
        self.payload = payload
        isForward = source.lexicographicallyPrecedes(destination)
        pair = "\(isForward ? source : destination) \(isForward ? destination : source)"
        isFirst = flags & 2 != 0
        isLast = flags & 5 != 0
    }

    private static func segment(_ ip: ArraySlice<UInt8>) -> TCPSegment? {
        let ip = Array(ip)
        guard ip.count >= 40 else { return nil }
        let headerCount: Int
        let totalCount: Int
        let addresses: (Range<Int>, Range<Int>)
        switch ip[0] >> 4 {
        case 4:
            headerCount = Int(ip[0] & 15) * 4
            totalCount = Int(ip[2]) << 8 | Int(ip[3])
            guard ip[9] == 6, headerCount >= 20 else { return nil }
            addresses = (12..<16, 16..<20)
        case 6:
            headerCount = 40
            totalCount = 40 + (Int(ip[4]) << 8 | Int(ip[5]))
            guard ip[6] == 6 else { return nil }
            addresses = (8..<24, 24..<40)
        default: return nil
        }
        guard totalCount <= ip.count, totalCount >= headerCount + 20 else { return nil }
        let tcp = Array(ip[headerCount..<totalCount])
        let dataOffset = Int(tcp[12] >> 4) * 4
        guard dataOffset >= 20, dataOffset <= tcp.count else { return nil }
        return TCPSegment(
            sequence: tcp[4..<8].reduce(0) { $0 << 8 | UInt32($1) },
            payload: Array(tcp[dataOffset...]),
            source: Array(ip[addresses.0]) + tcp[0..<2],
            destination: Array(ip[addresses.1]) + tcp[2..<4],
            flags: tcp[13]
        )
    }
}
