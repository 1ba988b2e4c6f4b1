// SPDX-License-Identifier: Apache-2.0

/// Cuts what the proxy prints into lines, and takes secrets out before anybody sees them.
///
/// Memory is bounded whatever the proxy prints: of a line that never ends only the beginning is kept.
struct LineSplitter: Sendable {
    /// A line's bytes above this are dropped.
    static let standardLimit = 4096
    /// What stands in place of a secret.
    static let mask = "***"
    /// What a line that was cut ends with.
    static let cutMark = " [cut]"

    private let limit: Int
    /// Bytes kept of a line: enough beyond the limit to recognise a secret that begins right before it.
    private let capacity: Int
    /// Longest first, so that of two that begin alike the whole is masked.
    private let secrets: [[UInt8]]
    private var line: [UInt8] = []
    private var isOverlong = false

    /// - Parameters:
    ///   - secrets: texts that must not show, such as tokens.
    ///   - limit: bytes shown of a line at most.
    init(secrets: [String] = [], limit: Int = LineSplitter.standardLimit) {
        self.limit = limit
        self.secrets = secrets.filter { !$0.isEmpty }.map { Array($0.utf8) }.sorted { $0.count > $1.count }
        capacity = limit + (self.secrets.first?.count ?? 0)
    }

    /// The splitter for one proxy's output.
    init(accessToken: AccessToken, clientToken: ClientToken) {
        self.init(secrets: [accessToken.exposedValue, clientToken.exposedValue])
    }

    /// Takes output as it comes, in any portions, and returns the lines that are complete; empty lines are left out.
    mutating func feed(_ bytes: some Collection<UInt8>) -> [String] {
        var lines: [String] = []
        var rest = bytes[...]
        while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
            append(rest[..<newline])
            if let line = takeLine() { lines.append(line) }
            rest = rest[rest.index(after: newline)...]
        }
        append(rest)
        return lines
    }

    /// The end of the output: what came behind the last line break, if anything.
    mutating func finish() -> String? {
        takeLine()
    }

    private mutating func append(_ bytes: some Collection<UInt8>) {
        let room = capacity - line.count
        line.append(contentsOf: bytes.prefix(room))
        if bytes.count > room { isOverlong = true }
    }

    private mutating func takeLine() -> String? {
        defer {
            line.removeAll(keepingCapacity: true)
            isOverlong = false
        }
        if !isOverlong, line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard !line.isEmpty else { return nil }
        let isCut = line.count > limit || isOverlong
        return String(decoding: redacted(), as: UTF8.self) + (isCut ? Self.cutMark : "")
    }

    /// The first `limit` bytes, secrets masked; one that begins before the limit is masked whole.
    private func redacted() -> [UInt8] {
        var shown: [UInt8] = []
        shown.reserveCapacity(min(line.count, limit))
        var index = 0
        while index < min(line.count, limit) {
            if let secret = secrets.first(where: { line[index...].starts(with: $0) }) {
                shown.append(contentsOf: Self.mask.utf8)
                index += secret.count
            } else {
                shown.append(line[index])
                index += 1
            }
        }
        return shown
    }
}
