// SPDX-License-Identifier: Apache-2.0

/// A number as it is written: `significand * 10^exponent`, exact where that fits.
struct JSONNumber: Hashable {
    var isNegative = false
    /// All digits without the trailing zeros, which count in `exponent`.
    private(set) var significand: UInt64 = 0
    private(set) var exponent = 0
    /// False when the digits do not fit `significand`, which then means nothing.
    private(set) var isExact = true
    /// No fraction and no exponent.
    private(set) var isIntegerLiteral = true
    /// Zeros that only count if another digit follows them.
    private var pendingZeros = 0

    /// A reach that no double and no 64-bit integer has; a greater exponent says no more.
    private static let farExponent = 1_000_000_000

    /// Takes the next digit, 0 to 9.
    mutating func append(digit: UInt8, inFraction: Bool) {
        if inFraction { exponent -= 1 }
        guard digit != 0 else {
            if significand != 0 || !isExact { pendingZeros += 1 }
            return
        }
        for _ in 0...pendingZeros {
            let (product, overflow) = significand.multipliedReportingOverflow(by: 10)
            guard !overflow, isExact else {
                isExact = false
                return
            }
            significand = product
        }
        pendingZeros = 0
        let (sum, overflow) = significand.addingReportingOverflow(UInt64(digit))
        significand = sum
        if overflow { isExact = false }
    }

    /// The `.` was read.
    mutating func beginFraction() {
        isIntegerLiteral = false
    }

    /// Takes the number behind `e`.
    mutating func apply(exponent digits: Int, isNegative: Bool) {
        isIntegerLiteral = false
        exponent += isNegative ? -digits : digits
    }

    /// All was read.
    mutating func finish() {
        exponent += pendingZeros
        pendingZeros = 0
        if significand == 0, isExact { exponent = 0 }
    }

    /// The exponent that `digit` makes of `exponent`, bounded.
    static func extended(exponent: Int, digit: UInt8) -> Int {
        min(exponent * 10 + Int(digit), farExponent)
    }

    /// The number times `10^shift`, if that is a 64-bit integer.
    func exactInteger() -> Int64? {
        guard isExact, exponent >= 0 else { return nil }
        guard let magnitude = Self.scaled(significand, by: exponent) else { return nil }
        return Self.signed(magnitude, isNegative)
    }

    /// The number times 1000, rounded to the nearest integer (half away from zero), if it fits 64 bits.
    func roundedThousandths() -> Int64? {
        guard isExact else { return nil }
        let shift = exponent + 3
        if shift >= 0 { return Self.scaled(significand, by: shift).flatMap { Self.signed($0, isNegative) } }
        guard shift > -20, let divisor = Self.scaled(1, by: -shift) else { return 0 }
        let (quotient, remainder) = significand.quotientAndRemainder(dividingBy: divisor)
        return Self.signed(quotient + (remainder >= divisor - remainder ? 1 : 0), isNegative)
    }

    /// The double, where one multiplication or division of exact doubles gives the correctly rounded one.
    func simpleDouble() -> Double? {
        guard isExact, significand < 1 << 53, -22...22 ~= exponent else { return nil }
        let scale = Self.powersOfTen[abs(exponent)]
        let magnitude = exponent < 0 ? Double(significand) / scale : Double(significand) * scale
        return isNegative ? -magnitude : magnitude
    }

    private static func scaled(_ value: UInt64, by exponent: Int) -> UInt64? {
        guard value != 0 else { return 0 }
        guard exponent < 20 else { return nil }
        var result = value
        for _ in 0..<exponent {
            let (product, overflow) = result.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            result = product
        }
        return result
    }

    private static func signed(_ magnitude: UInt64, _ isNegative: Bool) -> Int64? {
        guard isNegative else { return Int64(exactly: magnitude) }
        return magnitude == Int64.min.magnitude ? .min : Int64(exactly: magnitude).map { -$0 }
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}

// The standard library's own conversions call C's rounding functions, which are only linked where Glibc is imported.
extension Int64 {
    /// The same value, if the double is integral and in range.
    init?(integral double: Double) {
        guard double >= -0x1p63, double < 0x1p63 else { return nil }
        self = Int64(double)
        guard Double(self) == double else { return nil }
    }

    /// The nearest integer (half away from zero), if it is in range.
    init?(nearest double: Double) {
        guard double >= -0x1p63, double < 0x1p63 else { return nil }
        self = Int64(double)
        let rest = double - Double(self)
        if rest >= 0.5 { self += 1 } else if rest <= -0.5 { self -= 1 }
    }
}
