// SPDX-License-Identifier: Apache-2.0

import GreengrassIPC

extension RecordedSession {
    /// Reads the text of an `.ndjson` file.
    ///
    /// - Throws: ``RecordingError`` for the first line that is not as it should be.
    public init(ndjson bytes: some Sequence<UInt8>) throws(RecordingError) {
        entries = []
        var number = 0
        for line in Array(bytes).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }) { continue }
            entries.append(try Self.entry(line, number))
        }
    }

    private static func entry(_ line: ArraySlice<UInt8>, _ number: Int) throws(RecordingError) -> Entry {
        guard let object = try? JSONValue(jsonBytes: line), case .object = object else {
            throw RecordingError(line: number, message: "not a JSON object")
        }
        guard let milliseconds = object["ms"]?.doubleValue else {
            throw RecordingError(line: number, message: "ms is not a number")
        }
        guard let connection = object["connection"]?.integerValue else {
            throw RecordingError(line: number, message: "connection is not a number")
        }
        guard let sender = object["from"]?.stringValue.flatMap(Sender.init(rawValue:)) else {
            throw RecordingError(line: number, message: "from is neither client nor server")
        }
        return Entry(
            milliseconds: milliseconds,
            connection: Int(connection),
            sender: sender,
            content: try content(object, number),
            label: object["probe"]?.stringValue
        )
    }

    private static func content(_ object: JSONValue, _ number: Int) throws(RecordingError) -> Content {
        if let hex = object["hex"] { return .message(try bytes(hex, number)) }
        if let partial = object["partial"] { return .partial(try bytes(partial, number)) }
        if object["eof"]?.boolValue == true { return .endOfFile }
        if let omitted = object["omitted"]?.integerValue { return .omitted(Int(omitted)) }
        throw RecordingError(line: number, message: "none of hex, eof, partial, omitted")
    }

    private static func bytes(_ value: JSONValue, _ number: Int) throws(RecordingError) -> [UInt8] {
        guard let text = value.stringValue, let bytes = Hex.decode(text) else {
            throw RecordingError(line: number, message: "not an even number of hexadecimal digits")
        }
        return bytes
    }
}
