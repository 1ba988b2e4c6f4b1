// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What the fuzzer hands to a harness, and what the harnesses share.
package enum Input {
    /// The fuzzer's bytes as an array.
    package static func bytes(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
        Array(UnsafeBufferPointer(start: start, count: count))
    }

    /// Cuts bytes into pieces whose lengths follow from the bytes themselves, so that an input always runs alike.
    package static func pieces(_ bytes: [UInt8], longest: Int) -> [ArraySlice<UInt8>] {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        while start < bytes.count {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let end = min(bytes.count, start + 1 + Int(state >> 33) % longest)
            pieces.append(bytes[start..<end])
            start = end
        }
        return pieces
    }
}

/// Stops at a breach of what a harness checks; the fuzzer keeps the input.
package func check(_ holds: Bool, _ rule: StaticString) {
    guard !holds else { return }
    // An optimised build leaves out the text of a failed precondition.
    let text = Array("fuzz: this does not hold: \(rule)\n".utf8)
    _ = write(2, text, text.count)
    preconditionFailure()
}
