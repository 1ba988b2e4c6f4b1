// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TunnelComponent

@Suite(.timeLimit(.minutes(1)))
struct LineSplitterTests {
    @Test(arguments: 1...12)
    func `Lines are the same however the output is portioned`(_ portion: Int) {
        let bytes = Array("one\r\ntwo\n\n\r\nthr\u{e4}\u{20ac}e\nlast".utf8)
        var splitter = LineSplitter()
        var lines: [String] = []
        for start in stride(from: 0, to: bytes.count, by: portion) {
            lines += splitter.feed(bytes[start..<min(start + portion, bytes.count)])
        }
        #expect(lines == ["one", "two", "thr\u{e4}\u{20ac}e"])
        #expect(splitter.finish() == "last")
        #expect(splitter.finish() == nil)
    }

    @Test func `A long line is cut with a mark, and the next one is whole`() {
        var splitter = LineSplitter(limit: 8)
        #expect(splitter.feed(Array("12345678\n123456789\nshort\n".utf8)) == ["12345678", "12345678 [cut]", "short"])
    }

    @Test func `A flood without a line break leaves one cut line`() {
        var splitter = LineSplitter(secrets: ["secret"])
        let block = [UInt8](repeating: UInt8(ascii: "x"), count: 65_536)
        for _ in 0..<256 { #expect(splitter.feed(block).isEmpty) }
        let line = splitter.finish()
        #expect(line == String(repeating: "x", count: 4096) + " [cut]")
    }

    @Test func `Invalid UTF-8 survives as replacement characters`() {
        var splitter = LineSplitter()
        #expect(splitter.feed([0x61, 0xFF, 0xC3, 0x0A, 0x62, 0x0A]) == ["a\u{FFFD}\u{FFFD}", "b"])
    }

    @Test func `Secrets are masked, the longer first`() {
        var splitter = LineSplitter(secrets: ["token", "token-long", ""])
        #expect(splitter.feed(Array("a token-long b token c tokentoken\n".utf8)) == ["a *** b *** c ******"])
    }

    @Test(arguments: 0...12)
    func `A secret across the limit never shows, not even in part`(_ offset: Int) {
        var splitter = LineSplitter(secrets: ["SECRET"], limit: 10)
        let text = String(repeating: "x", count: offset) + "SECRETSECRETSECRET\n"
        let lines = text.utf8.flatMap { splitter.feed(CollectionOfOne($0)) }
        let line = lines.first ?? ""
        #expect(line.hasSuffix(" [cut]"))
        for part in ["SECRET", "SECRE", "SECR", "SEC", "SE", "S"] { #expect(!line.contains(part)) }
    }
}
