// SPDX-License-Identifier: Apache-2.0

/// The largest sizes that a decoder accepts and an encoder produces.
public struct MessageLimits: Sendable, Hashable {
    /// The size of a whole frame in bytes, its 16 bytes of lengths and checksums included. 24 MiB unless set, as in
    /// AWS's C library.
    public var frameByteCount: Int

    /// The size of a frame's header block in bytes. 24 MiB unless set.
    public var headerBlockByteCount: Int

    /// The length of a header's name in bytes. 255 unless set, which is all that the format can express; peers written
    /// in Java read no more than 127.
    public var headerNameByteCount: Int

    /// The length of a string or byte buffer header in bytes. 65535 unless set, which is all that the format can
    /// express; no more than 32767 is ever written, the most that AWS's libraries accept.
    public var headerValueByteCount: Int

    /// How many headers a message may have. 1024 unless set.
    public var headerCount: Int

    /// The limits of AWS's C library.
    public static let `default` = MessageLimits()

    /// Limits that are the usual ones where nothing else is said.
    public init(
        frameByteCount: Int = 24 << 20,
        headerBlockByteCount: Int = 24 << 20,
        headerNameByteCount: Int = 255,
        headerValueByteCount: Int = 65535,
        headerCount: Int = 1024
    ) {
        self.frameByteCount = frameByteCount
        self.headerBlockByteCount = headerBlockByteCount
        self.headerNameByteCount = headerNameByteCount
        self.headerValueByteCount = headerValueByteCount
        self.headerCount = headerCount
    }
}
