// SPDX-License-Identifier: Apache-2.0

import EventReactor
import Foundation
import GreengrassIPC
import Testing

@Suite("Base64 and blobs", .timeLimit(.minutes(1)))
struct Base64Tests {
    @Test("Agrees with Foundation for all short lengths, plain and escaped", arguments: 0...200)
    func againstFoundation(length: Int) throws {
        var generator = SeededRandom(seed: UInt64(length))
        let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let text = Data(bytes).base64EncodedString()
        #expect(Base64.encode(bytes) == text)
        #expect(Base64.decode(text) == bytes)

        var writer = JSONWriter()
        writer.blob(bytes)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "\"\(text)\"")
        var html = JSONWriter(escaping: .html)
        html.blob(bytes)
        let escaped = text.replacingOccurrences(of: "=", with: #"\u003d"#)
        #expect(String(decoding: html.bytes, as: UTF8.self) == "\"\(escaped)\"")

        let unpadded = text.replacingOccurrences(of: "=", with: "")
        let urlSafe = unpadded.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
        let slashed = escaped.replacingOccurrences(of: "/", with: #"\/"#)
        let allEscaped = text.utf8.map { "\\u00" + String($0, radix: 16) }.joined()
        for variant in [text, escaped, unpadded, urlSafe, slashed, allEscaped] {
            #expect(try blob(variant) == bytes, "\(variant)")
        }
    }

    @Test(
        "What is not base64 is refused",
        arguments: [
            "A", "AAAAA", "A=", "A===", "=", "====", "AA=", "AAA==", "AA===", "AAAA=", "AAAA====", "AA=A", "AA==AA==",
            "AA==A", "+/ 8=", " +/8=", "+/8= ", #"+/\n8="#, "AA*A", "AAAAAA*A", "AAé=", "AAAA\u{1F600}", #"AA\u0000A"#,
            #"AAAA\u00e9"#, #"\ud83d"#, "AAAAAAA\u{7F}", "AAAA.AAA", ",AAAAAAA",
        ]
    )
    func refused(text: String) {
        #expect(throws: JSONError.self) { try blob(text) }
    }

    @Test("Both alphabets are read", arguments: ["+/8=", "-_8=", "+_8", #"\u002b\/8\u003D"#])
    func alphabets(text: String) throws {
        #expect(try blob(text) == [0xFB, 0xFF])
    }

    @Test("Only strings are blobs; null is absent where that is asked for")
    func kinds() throws {
        for text in ["null", "[1]", "12", "{}"] {
            var reader = JSONReader(text.utf8.span)
            #expect(throws: JSONError.self) { try reader.readBlob() }
        }
        var reader = JSONReader("null".utf8.span)
        #expect(try reader.readBlobIfPresent() == nil)
        try reader.finish()
    }

    private func blob(_ content: String) throws -> [UInt8] {
        let text = "\"\(content)\""
        var reader = JSONReader(text.utf8.span)
        let blob = try reader.readBlob()
        try reader.finish()
        return blob
    }
}
