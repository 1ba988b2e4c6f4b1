// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

extension RecordedSession.Entry {
    /// The line of an `.ndjson` file, the end of the line included.
    public var ndjson: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.memberName("ms")
        try? json.double(milliseconds.isFinite ? (milliseconds * 1000).rounded() / 1000 : 0)
        json.memberName("connection")
        json.integer(connection)
        json.memberName("from")
        json.string(sender.rawValue)
        switch content {
        case .message(let bytes):
            json.memberName("hex")
            json.string(Hex.encode(bytes))
        case .partial(let bytes):
            json.memberName("partial")
            json.string(Hex.encode(bytes))
        case .endOfFile:
            json.memberName("eof")
            json.bool(true)
        case .omitted(let count):
            json.memberName("omitted")
            json.integer(count)
        }
        if let label {
            json.memberName("probe")
            json.string(label)
        }
        json.endObject()
        return json.bytes + [UInt8(ascii: "\n")]
    }
}

extension RecordedSession {
    /// The session as an `.ndjson` file.
    public var ndjson: [UInt8] { Array(entries.map(\.ndjson).joined()) }
}
