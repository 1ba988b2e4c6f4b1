// SPDX-License-Identifier: Apache-2.0

/// The system's random numbers, from a generator that has storage.
///
/// The standard library's has none: where one is passed `inout`, ThreadSanitizer is told of a write to an address that
/// is nobody's, and reports races there or crashes.
package struct SystemRandom: RandomNumberGenerator, Sendable {
    private var drawn: UInt64 = 0

    package init() {}

    package mutating func next() -> UInt64 {
        drawn = UInt64.random(in: .min ... .max)
        return drawn
    }
}
