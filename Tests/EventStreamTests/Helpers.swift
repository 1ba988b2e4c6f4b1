// SPDX-License-Identifier: Apache-2.0

import EventStream

/// All messages in some bytes that are given to a decoder at once.
func decodeAll(_ bytes: [UInt8], limits: MessageLimits = .default) throws(EventStreamError) -> [Message] {
    var decoder = MessageDecoder(limits: limits)
    decoder.append(bytes)
    var messages: [Message] = []
    while let message = try decoder.next() {
        messages.append(message)
    }
    try decoder.finish()
    return messages
}

/// What a decoder says about bytes that are wrong; `nil` if they are not.
func decodingError(_ bytes: [UInt8], limits: MessageLimits = .default) -> EventStreamError? {
    do throws(EventStreamError) {
        _ = try decodeAll(bytes, limits: limits)
        return nil
    } catch {
        return error
    }
}

/// A frame whose lengths may lie, but whose checksums are right.
func frame(
    headers: [UInt8] = [],
    payload: [UInt8] = [],
    totalByteCount: Int? = nil,
    headerByteCount: Int? = nil
) -> [UInt8] {
    let total = totalByteCount ?? headers.count + payload.count + 16
    var bytes = bigEndian(UInt32(total)) + bigEndian(UInt32(headerByteCount ?? headers.count))
    bytes += bigEndian(bitwiseCRC(bytes))
    bytes += headers + payload
    return bytes + bigEndian(bitwiseCRC(bytes))
}

func bigEndian(_ value: UInt32) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
}

/// CRC-32 by its definition, a bit at a time, going on from that of the bytes before.
func bitwiseCRC(_ bytes: some Sequence<UInt8>, continuing value: UInt32 = 0) -> UInt32 {
    var register = ~value
    for byte in bytes {
        for bit in 0..<8 {
            let mixed = (register ^ UInt32(byte >> bit)) & 1
            register = register >> 1 ^ (mixed == 1 ? 0xEDB8_8320 : 0)
        }
    }
    return ~register
}
