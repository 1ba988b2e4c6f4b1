// SPDX-License-Identifier: Apache-2.0

/// The tables of the CRC-32, and the loops over them.
///
/// The register after some bytes is the exclusive-or of what each byte alone would leave in it. A table gives that
/// for one byte with a fixed number of zero bytes after it, so that many bytes can be looked up at once:
///
/// - 16 bytes a step, with the register in the first four. Each step waits for the one before.
/// - Four lanes, each of which takes every fourth word of eight bytes and has a register of its own; they do not wait
///   for one another. A lane's register is due in the lane's next word, 32 bytes on, so its tables have 24 to 31 zero
///   bytes after the byte. In the end the registers go into the next 32 bytes, and the steps of 16 do the rest.
struct CRC32Tables: Sendable {
    /// Made when first needed, in about 10 microseconds.
    static let shared = CRC32Tables()

    private static let count = 24

    /// Tables of 256 entries one after the other, for 0 to 15 and for 24 to 31 zero bytes.
    // Safety: allocated once, never freed, not written after `init`; every index is a table's start plus a byte.
    private nonisolated(unsafe) let tables: UnsafePointer<UInt32>

    private init() {
        let tables = UnsafeMutablePointer<UInt32>.allocate(capacity: Self.count * 256)
        for byte in 0..<256 {
            var register = UInt32(byte)
            for _ in 0..<8 {
                register = register >> 1 ^ (0xEDB8_8320 & (0 &- (register & 1)))
            }
            tables[byte] = register
        }
        for zeros in 1..<32 {
            let from = Self.place(zeros - 1) << 8
            let to = Self.place(zeros) << 8
            for byte in 0..<256 {
                let before = tables[from | byte]
                tables[to | byte] = before >> 8 ^ tables[Int(before & 255)]
            }
        }
        self.tables = UnsafePointer(tables)
    }

    /// Which table is for this many zero bytes; those for 16 to 23 are only steps on the way, in the place of 24.
    private static func place(_ zeros: Int) -> Int {
        zeros < 16 ? zeros : max(16, zeros - 8)
    }

    /// The register after `bytes`.
    func advance(_ register: UInt32, over bytes: UnsafeRawBufferPointer) -> UInt32 {
        guard var next = bytes.baseAddress else { return register }
        var left = bytes.count
        var register = register
        if left >= 128 {
            register = advanceInLanes(register, &next, &left)
        }
        while left >= 16 {
            register = step(next.word(0) ^ UInt64(register), next.word(1))
            next += 16
            left -= 16
        }
        if left >= 8 {
            register = lookup(next.word(0) ^ UInt64(register), 7)
            next += 8
            left -= 8
        }
        while left > 0 {
            register = register >> 8 ^ tables[Int(UInt8(truncatingIfNeeded: register) ^ next.load(as: UInt8.self))]
            next += 1
            left -= 1
        }
        return register
    }

    /// Takes in all whole blocks of 32 bytes.
    @inline(__always)
    private func advanceInLanes(_ register: UInt32, _ next: inout UnsafeRawPointer, _ left: inout Int) -> UInt32 {
        var lane0 = UInt64(register)
        var lane1: UInt64 = 0
        var lane2: UInt64 = 0
        var lane3: UInt64 = 0
        while left >= 64 {
            lane0 = UInt64(lookup(next.word(0) ^ lane0, 23))
            lane1 = UInt64(lookup(next.word(1) ^ lane1, 23))
            lane2 = UInt64(lookup(next.word(2) ^ lane2, 23))
            lane3 = UInt64(lookup(next.word(3) ^ lane3, 23))
            next += 32
            left -= 32
        }
        let half = UInt64(step(next.word(0) ^ lane0, next.word(1) ^ lane1))
        let result = step(next.word(2) ^ lane2 ^ half, next.word(3) ^ lane3)
        next += 32
        left -= 32
        return result
    }

    @inline(__always)
    private func step(_ first: UInt64, _ second: UInt64) -> UInt32 {
        lookup(first, 15) ^ lookup(second, 7)
    }

    /// Looks up the eight bytes of a word, the first of them in table `table`, each next one in the table before.
    @inline(__always)
    private func lookup(_ word: UInt64, _ table: Int) -> UInt32 {
        entry(table, word) ^ entry(table - 1, word >> 8) ^ entry(table - 2, word >> 16) ^ entry(table - 3, word >> 24)
            ^ entry(table - 4, word >> 32) ^ entry(table - 5, word >> 40) ^ entry(table - 6, word >> 48)
            ^ entry(table - 7, word >> 56)
    }

    @inline(__always)
    private func entry(_ table: Int, _ byte: UInt64) -> UInt32 {
        tables[table << 8 + Int(UInt8(truncatingIfNeeded: byte))]
    }
}

extension UnsafeRawPointer {
    /// The eight bytes at word `index`, the first of them the least significant. Need not be aligned.
    @inline(__always)
    fileprivate func word(_ index: Int) -> UInt64 {
        UInt64(littleEndian: loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
    }
}
