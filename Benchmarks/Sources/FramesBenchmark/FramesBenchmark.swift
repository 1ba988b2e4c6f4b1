// SPDX-License-Identifier: Apache-2.0

internal import BenchmarkSupport
internal import CBaseline
internal import CZlib
internal import EventStream

/// Encoding and decoding of a real event, beside zlib's CRC-32 and memcpy over the bytes of the same frame.
@main
enum FramesBenchmark {
    static func main() throws {
        print("payload       what    ns/message      MB/s   x crc32  x memcpy")
        for size in [256, 4 * 1024, 64 * 1024] {
            try measure(payloadByteCount: size)
        }
    }

    private static func measure(payloadByteCount size: Int) throws {
        let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var frame: [UInt8] = []
        try encode(payload, to: &frame)
        try checkRoundTrip(frame, payload)
        let count = max(200, 20_000_000 / (size + 2000))

        var output: [UInt8] = []
        let encoding = nanosecondsEach(count: count) {
            output.removeAll(keepingCapacity: true)
            try? encode(payload, to: &output)
        }
        var decoder = MessageDecoder()
        var sum: Int32 = 0
        let decoding = nanosecondsEach(count: count) {
            decoder.append(frame.span)
            if let message = try? decoder.next() { sum &+= read(message) }
        }
        use(sum)
        let checksum = nanosecondsEach(count: count) {
            frame.withUnsafeBufferPointer { use(crc32(0, $0.baseAddress, UInt32($0.count))) }
        }
        var copy = frame
        let copying = nanosecondsEach(count: count) {
            copy.withUnsafeMutableBytes { to in
                frame.withUnsafeBytes { baseline_copy(to.baseAddress, $0.baseAddress, $0.count) }
            }
        }
        for (name, time) in [("encode", encoding), ("decode", decoding), ("crc32", checksum), ("memcpy", copying)] {
            print(
                column(Double(size), width: 7),
                pad(name, 10),
                column(time, 1, width: 13),
                column(Double(frame.count) / time * 1000, width: 9),
                column(time / checksum, 2, width: 9),
                column(time / copying, 1, width: 9),
                separator: ""
            )
        }
    }

    /// The headers that the nuclei give to an event.
    private static func encode(_ payload: [UInt8], to output: inout [UInt8]) throws(EventStreamError) {
        try MessageEncoder.append(
            to: &output,
            headers: { headers in
                headers.int32(":message-type", 0)
                headers.int32(":message-flags", 0)
                headers.int32(":stream-id", 1)
                headers.string(":content-type", "application/json" as StaticString)
                headers.string("service-model-type", "aws.greengrass#IoTCoreMessage" as StaticString)
            },
            payload: { $0.append(contentsOf: payload) }
        )
    }

    /// What a client reads of an event: its three integers, the place of its shape, and its payload.
    private static func read(_ message: Message) -> Int32 {
        var sum: Int32 = 0
        message.headers.forEachRaw { header in
            switch header.value {
            case .int32(let value):
                if header.isNamed(":message-type") || header.isNamed(":message-flags") || header.isNamed(":stream-id") {
                    sum &+= value
                }
            case .string(_, at: let place):
                if header.isNamed("service-model-type") { sum &+= Int32(truncatingIfNeeded: place.count) }
            default: break
            }
        }
        return sum &+ Int32(message.payload.first ?? 0)
    }

    private static func checkRoundTrip(_ frame: [UInt8], _ payload: [UInt8]) throws {
        var decoder = MessageDecoder()
        decoder.append(frame.span)
        guard let message = try decoder.next(), message.payload.elementsEqual(payload), message.headers.count == 5,
            baseline_check(frame, frame.count) == frame.count
        else { preconditionFailure("the frame is not what it should be") }
    }
}
