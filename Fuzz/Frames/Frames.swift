// SPDX-License-Identifier: Apache-2.0

import EventStream
import FuzzSupport

/// What a decoder makes of a stream: its messages, and how it ends.
private struct Outcome: Equatable {
    var messages: [Message] = []
    var error: EventStreamError?
}

private func decode(_ pieces: [ArraySlice<UInt8>]) -> Outcome {
    var decoder = MessageDecoder()
    var outcome = Outcome()
    do throws(EventStreamError) {
        for piece in pieces {
            decoder.append(piece)
            while let message = try decoder.next() { outcome.messages.append(message) }
        }
        try decoder.finish()
    } catch {
        outcome.error = error
    }
    return outcome
}

/// A message that was decoded and its frame are the same thing, and so are the headers one by one and their bytes.
private func checkEncoding(_ message: Message, in bytes: [UInt8], at start: inout Int) {
    let frame = message.encoded()
    let end = start + frame.count
    check(end <= bytes.count && frame[...] == bytes[start..<end], "a decoded message encodes to its own frame")
    start = end

    let headers = Array(message.headers)
    // Names and values that are read leniently are not written: those throw.
    guard let written = try? Message(headers: headers, payload: message.payload) else { return }
    let again = decode([written.encoded()[...]])
    check(again.error == nil && again.messages.count == 1, "what was written can be read")
    check(again.messages.allSatisfy { Array($0.headers) == headers }, "headers are read as they were written")
    check(again.messages.allSatisfy { $0.payload == message.payload }, "the payload is read as it was written")
}

private func run(_ bytes: [UInt8]) {
    let whole = decode([bytes[...]])
    check(decode(Input.pieces(bytes, longest: 40)) == whole, "small pieces make no difference")
    check(decode(Input.pieces(bytes, longest: 1000)) == whole, "large pieces make no difference")
    if bytes.count <= 600 {
        check(decode(bytes.indices.map { bytes[$0...$0] }) == whole, "single bytes make no difference")
    }
    var start = 0
    for message in whole.messages { checkEncoding(message, in: bytes, at: &start) }
    if let error = whole.error {
        check(error.offset <= UInt64(bytes.count), "an error lies within the stream")
    } else {
        check(start == bytes.count, "without an error every byte belongs to a message")
    }
}

/// What the fuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFrames(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Input.bytes(start, count)
    run(bytes)
    let repaired = Checksums.repaired(bytes)
    if repaired != bytes { run(repaired) }
    return 0
}
