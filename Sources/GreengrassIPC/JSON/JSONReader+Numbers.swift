// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Reads a 64-bit integer, exactly. `25.0` and `2.5E1` are integers too; what has a fraction is an error.
    public mutating func readInt64() throws(JSONError) -> Int64 {
        let number = try scanNumber("expected an integer")
        guard let value = number.exactInteger() else { throw error("expected a 64-bit integer before this") }
        return value
    }

    /// Reads a 32-bit integer; see ``readInt64()``.
    public mutating func readInt32() throws(JSONError) -> Int32 {
        guard let value = Int32(exactly: try readInt64()) else { throw error("expected a 32-bit integer before this") }
        return value
    }

    /// Reads a number; what is too big for a double is an error.
    public mutating func readDouble() throws(JSONError) -> Double {
        skipWhiteSpace()
        let start = position
        let number = try scanNumber("expected a number")
        return try double(of: number, writtenFrom: start)
    }

    /// Reads a number of seconds since 1970 and rounds it to milliseconds.
    public mutating func readTimestamp() throws(JSONError) -> Timestamp {
        skipWhiteSpace()
        let start = position
        let number = try scanNumber("expected a timestamp")
        if let milliseconds = number.roundedThousandths() { return Timestamp(millisecondsSince1970: milliseconds) }
        let seconds = try double(of: number, writtenFrom: start)
        guard let milliseconds = Int64(nearest: seconds * 1000) else {
            throw error("timestamp out of range before this")
        }
        return Timestamp(millisecondsSince1970: milliseconds)
    }

    mutating func readNumber() throws(JSONError) -> JSONValue {
        skipWhiteSpace()
        let start = position
        let number = try scanNumber("expected a number")
        if number.isIntegerLiteral, let integer = number.exactInteger() { return .integer(integer) }
        return .double(try double(of: number, writtenFrom: start))
    }

    /// Reads over a number: `-`, digits without leading zeros, fraction, exponent.
    mutating func scanNumber(_ message: StaticString) throws(JSONError) -> JSONNumber {
        var number = JSONNumber()
        skipWhiteSpace()
        if takeByte(UInt8(ascii: "-")) { number.isNegative = true }
        let start = position
        while let digit = takeDigit() { number.append(digit: digit, inFraction: false) }
        guard position > start else { throw error(message.description) }
        guard bytes[start] != UInt8(ascii: "0") || position == start + 1 else {
            throw error("leading zero in a number before this")
        }
        if takeByte(UInt8(ascii: ".")) {
            number.beginFraction()
            let fraction = position
            while let digit = takeDigit() { number.append(digit: digit, inFraction: true) }
            guard position > fraction else { throw error("expected a digit after the decimal point") }
        }
        if takeByte(UInt8(ascii: "e")) || takeByte(UInt8(ascii: "E")) {
            let isNegative = takeByte(UInt8(ascii: "-"))
            if !isNegative { _ = takeByte(UInt8(ascii: "+")) }
            let digits = position
            var exponent = 0
            while let digit = takeDigit() { exponent = JSONNumber.extended(exponent: exponent, digit: digit) }
            guard position > digits else { throw error("expected a digit in the exponent") }
            number.apply(exponent: exponent, isNegative: isNegative)
        }
        number.finish()
        return number
    }

    private func double(of number: JSONNumber, writtenFrom start: Int) throws(JSONError) -> Double {
        if let double = number.simpleDouble() { return double }
        let token = JSONStringToken(start: start, end: position, hasEscapes: false)
        guard let double = Double(text(of: token)), double.isFinite else {
            throw error("number out of range before this")
        }
        return double
    }

    private mutating func takeByte(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func takeDigit() -> UInt8? {
        guard position < bytes.count else { return nil }
        let digit = bytes[position] &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        position += 1
        return digit
    }
}
