// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Reads a blob: a string that holds base64, padded or not, of the standard or the URL-safe alphabet.
    ///
    /// The classic nucleus writes the padding as `\u003d`, other writers `/` as `\/`: escapes may stand anywhere.
    public mutating func readBlob() throws(JSONError) -> [UInt8] {
        try beginString("expected a string of base64")
        let token = try scanString()
        var decoder = Base64Decoder(capacity: token.end - token.start)
        var index = token.start
        while true {
            index = decoder.append(bytes, in: index..<token.end)
            guard index < token.end else { break }
            guard token.hasEscapes, bytes[index] == UInt8(ascii: "\\") else { throw invalidBase64(at: index) }
            let start = index
            let scalar = unescape(at: &index)
            guard scalar.isASCII, decoder.append(UInt8(scalar.value)) else { throw invalidBase64(at: start) }
        }
        guard let blob = decoder.finish() else { throw invalidBase64(at: token.end) }
        return blob
    }

    /// Reads a blob; `null` counts as absent.
    public mutating func readBlobIfPresent() throws(JSONError) -> [UInt8]? {
        try readNullIfPresent() ? nil : try readBlob()
    }

    private func invalidBase64(at offset: Int) -> JSONError {
        JSONError(offset: offset, message: "invalid base64")
    }
}
