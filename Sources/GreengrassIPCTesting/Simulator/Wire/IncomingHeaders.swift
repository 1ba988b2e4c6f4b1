// SPDX-License-Identifier: Apache-2.0

import EventStream
import GreengrassIPC

/// What the headers of a client's message say, gathered in one pass.
struct IncomingHeaders: Sendable {
    private(set) var type = Field.absent
    private(set) var flags = Field.absent
    private(set) var stream = Field.absent
    /// The operation, if there is such a header and it is a string.
    private(set) var operation: String?
    private(set) var count = 0
    /// Whether a header is of a type that lite does not read.
    private(set) var hasForeignType = false
    /// The length of the longest string or byte buffer.
    private(set) var longestValue = 0
    /// The length of the longest name, in bytes.
    private(set) var longestName = 0

    /// One of the three integers that every message has.
    enum Field: Sendable, Equatable {
        case absent
        case wrongType
        case value(Int32)
    }

    init(_ message: Message, dialect: Dialect) {
        // The C library under the classic nucleus does not mind the case of its own four names.
        let ignoresCase = dialect == .classic
        message.headers.forEachRaw { header in
            count += 1
            longestName = max(longestName, header.name.count)
            let field: Field
            switch header.value {
            case .int32(let value): field = .value(value)
            case .string(_, let place):
                longestValue = max(longestValue, place.count)
                if operation == nil, Self.isNamed(header, HeaderName.operation, ignoresCase) {
                    operation = message.headers.string(at: place)
                    return
                }
                field = .wrongType
            case .bytes(_, let place):
                longestValue = max(longestValue, place.count)
                hasForeignType = true
                field = .wrongType
            default:
                hasForeignType = true
                field = .wrongType
            }
            note(field, from: header, ignoresCase)
        }
    }

    private mutating func note(_ field: Field, from header: borrowing RawHeader, _ ignoresCase: Bool) {
        if Self.isNamed(header, HeaderName.messageType, ignoresCase) {
            type = field
        } else if Self.isNamed(header, HeaderName.messageFlags, ignoresCase) {
            flags = field
        } else if Self.isNamed(header, HeaderName.streamIdentifier, ignoresCase) {
            stream = field
        }
    }

    private static func isNamed(_ header: borrowing RawHeader, _ name: StaticString, _ ignoresCase: Bool) -> Bool {
        guard header.name.count == name.utf8CodeUnitCount else { return false }
        if header.isNamed(name) { return true }
        guard ignoresCase else { return false }
        return name.withUTF8Buffer { wanted in
            for index in 0..<wanted.count where !isSameLetter(header.name[index], wanted[index]) { return false }
            return true
        }
    }

    private static func isSameLetter(_ byte: UInt8, _ lower: UInt8) -> Bool {
        if byte == lower { return true }
        return byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") && byte | 0x20 == lower
    }

    /// The three integers as the classic nucleus wants them: all there.
    var classicFields: FixedHeaders? {
        guard case .value(let type) = type, case .value(let flags) = flags, case .value(let stream) = stream else {
            return nil
        }
        return FixedHeaders(type: type, flags: flags, stream: stream)
    }

    /// The three integers as lite reads them: one that is not there is 0.
    var liteFields: FixedHeaders? {
        guard let type = Self.orZero(type), let flags = Self.orZero(flags), let stream = Self.orZero(stream) else {
            return nil
        }
        return FixedHeaders(type: type, flags: flags, stream: stream)
    }

    private static func orZero(_ field: Field) -> Int32? {
        switch field {
        case .absent: 0
        case .wrongType: nil
        case .value(let value): value
        }
    }
}

/// The three integers that every message has.
struct FixedHeaders: Sendable, Equatable {
    var type: Int32
    var flags: Int32
    var stream: Int32

    var isTerminate: Bool { flags & MessageFlags.terminateStream != 0 }
}
