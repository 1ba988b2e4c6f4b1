// SPDX-License-Identifier: Apache-2.0

import EventStream

@testable import GreengrassIPC

extension RPCMessage {
    /// A message as the nucleus sends it.
    static func from(
        type: Int32 = MessageType.application,
        flags: Int32 = 0,
        stream: Int32,
        shape: String? = nil,
        contentType: String? = nil,
        payload: [UInt8] = []
    ) throws -> RPCMessage {
        var headers = [
            Header(name: ":message-type", value: .int32(type)),
            Header(name: ":message-flags", value: .int32(flags)),
            Header(name: ":stream-id", value: .int32(stream)),
        ]
        if let shape { headers.append(Header(name: "service-model-type", value: .string(shape))) }
        if let contentType { headers.append(Header(name: ":content-type", value: .string(contentType))) }
        guard let message = RPCMessage(try Message(headers: headers, payload: payload)) else {
            throw MissingHeaders()
        }
        return message
    }

    private struct MissingHeaders: Error {}
}

/// Always the largest number: random choices from a range come out as its upper bound.
struct LargestNumbers: RandomNumberGenerator {
    mutating func next() -> UInt64 { .max }
}

/// The CRC-32 of zlib, bit by bit: the oracle for frames that tests break on purpose.
func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { value, byte in
        (0..<8).reduce(value ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
}

/// A frame from its parts, right or wrong, with checksums that fit.
func rawFrame(headers: [UInt8], payload: [UInt8] = [], total: UInt32? = nil, headerLength: UInt32? = nil) -> [UInt8] {
    func bigEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
    var bytes = bigEndian(total ?? UInt32(16 + headers.count + payload.count))
    bytes += bigEndian(headerLength ?? UInt32(headers.count))
    bytes += bigEndian(checksum(bytes))
    bytes += headers + payload
    return bytes + bigEndian(checksum(bytes))
}
