// SPDX-License-Identifier: Apache-2.0

/// What `strace -f -x -s 1000000 -e trace=network,read,write,close` prints, put together to streams.
struct Strace {
    var streams = DirectedStreams()
    /// The first halves of calls that another thread interrupted, by thread.
    private var unfinished: [String: [UInt8]] = [:]
    /// How often a descriptor's number was closed: it may be another connection the next time.
    private var generations: [String: Int] = [:]

    mutating func add(_ line: ArraySlice<UInt8>, number: Int) {
        guard let call = StraceLine(line) else { return }
        var text = Array(call.text)
        if call.isUnfinished {
            unfinished[call.thread] = text
            return
        }
        if call.isResumed { text = (unfinished.removeValue(forKey: call.thread) ?? Array("\(call.name)(".utf8)) + text }
        guard let arguments = StraceArguments(text) else { return }
        let connection = "\(arguments.descriptor) \(generations["\(arguments.descriptor)", default: 0])"
        switch call.name {
        case "close":
            streams.end(connection: connection, isForward: true, seconds: call.seconds)
            generations["\(arguments.descriptor)", default: 0] += 1
        case "write", "writev", "send", "sendto", "sendmsg", "read", "readv", "recv", "recvfrom", "recvmsg":
            let isForward = call.name.hasPrefix("w") || call.name.hasPrefix("s")
            guard arguments.result > 0 else {
                if arguments.result == 0, !isForward {
                    streams.end(connection: connection, isForward: false, seconds: call.seconds)
                }
                return
            }
            let isShort = arguments.bytes.count < arguments.result
            streams.add(
                Array(arguments.bytes.prefix(arguments.result)),
                connection: connection,
                isForward: isForward,
                seconds: call.seconds,
                isCut: isShort ? "line \(number): strace has cut the data short; run it with -s 1000000" : nil
            )
        default: break
        }
    }
}

/// One line of strace's, with what stands around the call taken off.
struct StraceLine {
    var thread = ""
    var seconds: Double?
    var name: String
    /// From the call's name on; of a resumed call what follows `resumed>`.
    var text: ArraySlice<UInt8>
    var isUnfinished = false
    var isResumed = false

    private static let names: Set<String> = [
        "write", "writev", "send", "sendto", "sendmsg", "read", "readv", "recv", "recvfrom", "recvmsg", "close",
    ]

    static func isCall(_ line: ArraySlice<UInt8>) -> Bool { StraceLine(line) != nil }

    init?(_ line: ArraySlice<UInt8>) {
        var rest = line.drop { $0 == 0x20 }
        // [pid 12], or a bare number, and one or two times.
        while let first = rest.first, first == UInt8(ascii: "[") || (0x30...0x39).contains(first) {
            let end = first == UInt8(ascii: "[") ? rest.firstIndex(of: UInt8(ascii: "]")) : rest.firstIndex(of: 0x20)
            guard let end else { return nil }
            let word = String(decoding: rest[...end], as: UTF8.self).filter { $0 != " " }
            if let time = Self.seconds(word) { seconds = time } else { thread = word.filter(\.isNumber) }
            rest = rest[(end + 1)...].drop { $0 == 0x20 }
        }
        let unfinishedMark = Array("<unfinished ...>".utf8)
        let resumedMark = Array("<... ".utf8)
        if rest.starts(with: resumedMark) {
            let words = rest.dropFirst(resumedMark.count)
            guard let end = words.firstIndex(of: UInt8(ascii: ">")) else { return nil }
            name = String(decoding: words.prefix { $0 != 0x20 }, as: UTF8.self)
            text = words[(end + 1)...]
            isResumed = true
        } else {
            guard let parenthesis = rest.firstIndex(of: UInt8(ascii: "(")), parenthesis - rest.startIndex < 20 else {
                return nil
            }
            name = String(decoding: rest[..<parenthesis], as: UTF8.self)
            text = rest
            if let end = text.lastIndex(of: UInt8(ascii: "<")), text[end...].starts(with: unfinishedMark) {
                text = text[..<end]
                isUnfinished = true
            }
        }
        guard Self.names.contains(name) else { return nil }
    }

    private static func seconds(_ word: String) -> Double? {
        let parts = word.split(separator: ":")
        if parts.count == 3, let hours = Double(parts[0]), let minutes = Double(parts[1]), let rest = Double(parts[2]) {
            return hours * 3600 + minutes * 60 + rest
        }
        return word.contains(".") ? Double(word) : nil
    }
}

/// The descriptor, the bytes and the result of a call as strace prints it.
struct StraceArguments {
    var descriptor: Int
    var bytes: [UInt8] = []
    var result: Int

    init?(_ text: [UInt8]) {
        guard let open = text.firstIndex(of: UInt8(ascii: "(")) else { return nil }
        let digits = text[(open + 1)...].prefix { (0x30...0x39).contains($0) }
        guard let descriptor = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
        self.descriptor = descriptor
        var index = digits.endIndex
        // With -y the descriptor's name follows it, which may have quotes in it.
        if index < text.count, text[index] == UInt8(ascii: "<") {
            index = text[index...].indices.first { text[$0...].starts(with: Array(">,".utf8)) } ?? index
        }
        var end = index
        while index < text.endIndex {
            guard text[index] == UInt8(ascii: "\"") else {
                index += 1
                continue
            }
            let (string, after) = Self.string(text, index + 1)
            // Of sendmsg only what iov_base holds: an address is quoted as well.
            let before = text[..<index].suffix(16)
            let isArgument = before.last { $0 != 0x20 } == UInt8(ascii: ",") && !before.contains(UInt8(ascii: "="))
            if isArgument || before.suffix(9).elementsEqual("iov_base=".utf8) { bytes += string }
            (index, end) = (after, after)
        }
        guard let result = Self.result(text[end...]) else { return nil }
        self.result = result
    }

    /// The number behind the call's `) =`, before which strace may put blanks.
    private static func result(_ tail: ArraySlice<UInt8>) -> Int? {
        guard let equals = tail.lastIndex(of: UInt8(ascii: "=")),
            tail[..<equals].last(where: { $0 != 0x20 }) == UInt8(ascii: ")")
        else { return nil }
        let word = tail[(equals + 1)...].drop { $0 == 0x20 }.prefix {
            $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0)
        }
        return Int(String(decoding: word, as: UTF8.self))
    }

    /// A C string from behind its opening quote; answers it and where the text goes on.
    private static func string(_ text: [UInt8], _ start: Int) -> ([UInt8], Int) {
        var bytes: [UInt8] = []
        var index = start
        while index < text.count, text[index] != UInt8(ascii: "\"") {
            guard text[index] == UInt8(ascii: "\\"), index + 1 < text.count else {
                bytes.append(text[index])
                index += 1
                continue
            }
            index += 1
            switch text[index] {
            case UInt8(ascii: "x"):
                let digits = text[(index + 1)...].prefix(2).compactMap(HexDump.digit)
                bytes.append(digits.reduce(0) { $0 << 4 | $1 })
                index += 1 + digits.count
            case 0x30...0x37:
                let digits = text[index...].prefix(3).prefix { (0x30...0x37).contains($0) }
                bytes.append(digits.reduce(0) { $0 &<< 3 | ($1 - 0x30) })
                index += digits.count
            default:
                bytes.append(escapes[text[index]] ?? text[index])
                index += 1
            }
        }
        return (bytes, min(index + 1, text.count))
    }

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "n"): 10, UInt8(ascii: "t"): 9, UInt8(ascii: "r"): 13, UInt8(ascii: "v"): 11,
        UInt8(ascii: "f"): 12, UInt8(ascii: "b"): 8, UInt8(ascii: "a"): 7,
    ]
}
