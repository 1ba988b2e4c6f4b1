// SPDX-License-Identifier: Apache-2.0

import EventStream
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CRC32Tests {
    @Test
    func checkValue() {
        var checksum = CRC32()
        #expect(checksum.value == 0)
        checksum.update("123456789".utf8)
        #expect(checksum.value == 0xCBF4_3926)
    }

    @Test
    func everyShortLengthAtEveryAlignment() {
        var generator = SeededGenerator(seed: 1)
        let bytes = generator.bytes(620)
        for start in 0..<9 {
            var expected: UInt32 = 0
            for count in 0...600 {
                var checksum = CRC32()
                checksum.update(bytes[start..<start + count])
                #expect(checksum.value == expected, "\(count) bytes from \(start)")
                expected = bitwiseCRC(CollectionOfOne(bytes[start + count]), continuing: expected)
            }
        }
    }

    @Test(arguments: [4093, 4096, 65536, 65543, 500_001])
    func longRuns(_ count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        let bytes = generator.bytes(count)
        var whole = CRC32()
        whole.update(bytes.span)
        #expect(whole.value == bitwiseCRC(bytes))
    }

    @Test
    func goesOnFromAValue() {
        var generator = SeededGenerator(seed: 2)
        let bytes = generator.bytes(1000)
        for split in stride(from: 0, through: 1000, by: 37) {
            var first = CRC32()
            first.update(bytes[..<split])
            var second = CRC32(continuing: first.value)
            second.update(AnySequence(bytes[split...]))
            #expect(second.value == bitwiseCRC(bytes))
        }
    }
}
