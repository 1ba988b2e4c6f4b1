// SPDX-License-Identifier: Apache-2.0

/// What a nucleus remembers of one kind, within bounds of number and of memory: of more, the older half goes.
struct RecordLog<Record: Sendable>: Sendable {
    /// The most records that are kept.
    static var mostRecords: Int { 20_000 }
    /// The most bytes that they take, estimated.
    static var mostBytes: Int { 64 * 1024 * 1024 }
    /// What a record takes beside what it holds.
    private static var overhead: Int { 128 }

    private(set) var records: [Record] = []
    private var sizes: [Int] = []
    /// What they take, estimated.
    private(set) var byteCount = 0

    /// Adds a record that holds so many bytes of text and payload.
    mutating func append(_ record: Record, bytes: Int = 0) {
        let size = bytes + Self.overhead
        records.append(record)
        sizes.append(size)
        byteCount += size
        while records.count >= Self.mostRecords || byteCount > Self.mostBytes, records.count > 1 { dropOlderHalf() }
    }

    private mutating func dropOlderHalf() {
        let count = records.count / 2
        byteCount -= sizes.prefix(count).reduce(0, +)
        records.removeFirst(count)
        sizes.removeFirst(count)
    }
}
