// SPDX-License-Identifier: Apache-2.0

/// What was wrong with the bytes of an event stream, and where.
///
/// Neither ``message`` nor the description ever holds bytes of a header value or a payload.
public struct EventStreamError: Error, Sendable, Hashable {
    /// The kind of fault.
    public var code: Code

    /// Where the field that is wrong begins, in bytes: from the start of the stream for a decoder, from the start of
    /// the frame or of the header block for a writer.
    public var offset: UInt64

    /// What was wrong, for people to read.
    public var message: String

    /// An error of the given kind at a place.
    public init(code: Code, offset: UInt64, message: String) {
        self.code = code
        self.offset = offset
        self.message = message
    }
}

extension EventStreamError: CustomStringConvertible {
    /// The code, the byte offset and the message in one line.
    public var description: String { "\(code) at byte \(offset): \(message)" }
}

extension EventStreamError {
    /// The kinds of faults; a structure, so that more can come.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case preludeChecksumMismatch, messageChecksumMismatch
            case frameTooShort, frameTooLarge, truncatedFrame
            case headersLengthInvalid, headerBlockTooLarge, tooManyHeaders
            case headerTruncated, unknownHeaderType
            case headerNameEmpty, headerNameTooLong, headerValueTooLong
        }

        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        /// The first eight bytes of a frame do not match the checksum that follows them.
        public static let preludeChecksumMismatch = Self(.preludeChecksumMismatch)
        /// The frame does not match the checksum in its last four bytes.
        public static let messageChecksumMismatch = Self(.messageChecksumMismatch)
        /// A frame's total length is under 16 bytes, the size of an empty one.
        public static let frameTooShort = Self(.frameTooShort)
        /// A frame's total length is over the limit.
        public static let frameTooLarge = Self(.frameTooLarge)
        /// The stream ended within a frame.
        public static let truncatedFrame = Self(.truncatedFrame)
        /// The header block would not fit into its frame.
        public static let headersLengthInvalid = Self(.headersLengthInvalid)
        /// The header block is over the limit.
        public static let headerBlockTooLarge = Self(.headerBlockTooLarge)
        /// There are more headers than the limit allows.
        public static let tooManyHeaders = Self(.tooManyHeaders)
        /// A header runs past the end of the header block.
        public static let headerTruncated = Self(.headerTruncated)
        /// A header's type is none of the ten that exist.
        public static let unknownHeaderType = Self(.unknownHeaderType)
        /// A header without a name was to be written.
        public static let headerNameEmpty = Self(.headerNameEmpty)
        /// A header's name is over the limit.
        public static let headerNameTooLong = Self(.headerNameTooLong)
        /// A header's value is over the limit.
        public static let headerValueTooLong = Self(.headerValueTooLong)

        /// The code's name.
        public var description: String { kind.rawValue }
    }
}
